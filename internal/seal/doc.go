// SPDX-License-Identifier: Apache-2.0

// Package seal keeps secrets at rest: what must be read again later and so cannot
// be hashed, such as an identity provider's client secret or the seed of one-time
// codes.
//
// # Nouns
//
//	secrets key  32 random bytes, outside the database: in the environment, or in
//	             the file secrets.key of the data folder
//	purpose      what a text was sealed for and where it stands, such as
//	             "sso_provider.client_secret 65f0…"
//	sealed text  "v1." and the base64url of nonce, cipher text and tag
//	fingerprint  tells keys apart without telling the key
//
// # Invariants
//
//   - Texts are sealed by AES-256-GCM (NIST SP 800-38D) under a random 96-bit nonce.
//     One key is good for 2^32 texts; secrets are few.
//   - The purpose is additional data. A sealed text that is moved to another column
//     does not open, nor in another row when the purpose names the row.
//   - The secrets key itself seals nothing and is not kept in memory: HKDF (RFC 5869)
//     makes one key for sealing and one value for the fingerprint of it.
//   - Whoever has the database, a backup or a replica but not the key reads nothing.
//     Whoever loses the key has lost the secrets: there is no second way in.
//   - No error says more than that the key does not fit.
//
// # The file
//
// Several processes may start at once on an empty folder. Each writes a key to a
// temporary file and links it to secrets.key, which only one can: all read that one
// back. The file holds the key as base64, the same text that the environment takes.
package seal
