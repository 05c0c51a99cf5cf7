// SPDX-License-Identifier: Apache-2.0

package api

// Stream is a syslog server that gets what happens, and how far it has come.
type Stream struct {
	ID                      string   `json:"id"`
	Name                    string   `json:"name"`
	URL                     string   `json:"url"`
	Types                   []string `json:"types" doc:"All but outcome.changed when empty."`
	Facility                string   `json:"facility"`
	HasCertificateAuthority bool     `json:"hasCertificateAuthority" doc:"Whether its certificate is checked by an authority of its own."`
	Status                  string   `json:"status" enum:"OK,FAILING" doc:"FAILING while the newest try failed."`
	Cursor                  string   `json:"cursor" doc:"What follows it in the feed has not been sent."`
	Behind                  int64    `json:"behind" doc:"Entries of the feed that it has not come by, wanted or not."`
	SentCount               int64    `json:"sentCount" doc:"Messages that the server took, ever."`
	LastSentDate            *string  `json:"lastSentDate" format:"date-time"`
	FailingSinceDate        *string  `json:"failingSinceDate" format:"date-time"`
	LastError               *string  `json:"lastError"`
	NextTryDate             *string  `json:"nextTryDate" format:"date-time" doc:"While it fails."`
	CreatedDate             string   `json:"createdDate" format:"date-time"`
	UpdatedDate             string   `json:"updatedDate" format:"date-time"`
}

// StreamInput makes a stream, or changes what it names of one.
type StreamInput struct {
	Name                 *string   `json:"name,omitempty" doc:"Up to 100 characters."`
	URL                  *string   `json:"url,omitempty" doc:"syslog+tls://host:6514, syslog+tcp://host:601 or syslog+udp://host:514; these ports when absent."`
	Types                *[]string `json:"types,omitempty" doc:"Names of types of events, or a noun and .*, such as test.*; all but outcome.changed when absent or empty."`
	Facility             *string   `json:"facility,omitempty" doc:"audit (13), auth, authpriv, daemon, user, local0 to local7 and so on; audit when absent."`
	CertificateAuthority *string   `json:"certificateAuthority,omitempty" doc:"PEM of the authority that the server's certificate is from; the system's when absent or empty."`
	After                string    `json:"after,omitempty" doc:"Of a new stream: id of an event, to begin behind it; 0.0 begins with the first. What happens from now on when absent."`
}
