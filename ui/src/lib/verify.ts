// SPDX-License-Identifier: Apache-2.0

// How a receiver checks that a message is from here: Standard Webhooks, version 1.
// The programs are run by verify.test.ts as they stand.

import type { Snippet } from './snippets';

const node = `import { createHmac, timingSafeEqual } from 'node:crypto';

const key = Buffer.from(process.env.WEBHOOK_SECRET.replace('whsec_', ''), 'base64');

// body: the bytes as they came, before anything parses them.
export function verify(headers, body) {
  const id = headers['webhook-id'];
  const at = headers['webhook-timestamp'];
  if (!(Math.abs(Date.now() / 1000 - Number(at)) <= 300)) return false;
  const signed = createHmac('sha256', key).update(\`\${id}.\${at}.\`).update(body);
  const want = Buffer.from('v1,' + signed.digest('base64'));
  return (headers['webhook-signature'] ?? '').split(' ').some((one) => {
    const got = Buffer.from(one);
    return got.length === want.length && timingSafeEqual(got, want);
  });
}`;

const python = `import base64, hashlib, hmac, os, time

KEY = base64.b64decode(os.environ["WEBHOOK_SECRET"].removeprefix("whsec_"))

# headers: a mapping with small names; body: the bytes as they came.
def verify(headers, body):
    at = headers.get("webhook-timestamp", "")
    if not (at.isascii() and at.isdigit()) or abs(time.time() - int(at)) > 300:
        return False
    signed = f"{headers.get('webhook-id')}.{at}.".encode() + body
    want = b"v1," + base64.b64encode(hmac.new(KEY, signed, hashlib.sha256).digest())
    sent = headers.get("webhook-signature", "").split()
    return any(hmac.compare_digest(want, one.encode()) for one in sent)`;

const go = `package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// verify takes the secret, and the body as it came.
func verify(secret string, h http.Header, body []byte) bool {
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))
	if err != nil {
		return false
	}
	at, err := strconv.ParseInt(h.Get("webhook-timestamp"), 10, 64)
	if err != nil || time.Since(time.Unix(at, 0)).Abs() > 5*time.Minute {
		return false
	}
	mac := hmac.New(sha256.New, key)
	fmt.Fprintf(mac, "%s.%d.%s", h.Get("webhook-id"), at, body)
	want := []byte("v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil)))
	for _, one := range strings.Fields(h.Get("webhook-signature")) { // two after a rotation
		if hmac.Equal(want, []byte(one)) {
			return true
		}
	}
	return false
}`;

const shell = (url: string) => `# Signs a message as Muster does, and sends it to your receiver.
ID=msg_try AT=$(date +%s) BODY='{"type":"webhook.test"}'

KEY=$(printf %s "\${WEBHOOK_SECRET#whsec_}" | base64 -d | od -An -v -tx1 | tr -d ' \\n')
SIGNATURE=$(printf %s "$ID.$AT.$BODY" |
  openssl dgst -sha256 -mac HMAC -macopt hexkey:$KEY -binary | base64)

curl -i '${url}' \\
  -H 'content-type: application/json' \\
  -H "webhook-id: $ID" -H "webhook-timestamp: $AT" -H "webhook-signature: v1,$SIGNATURE" \\
  -d "$BODY"`;

/** Answers the programs that check a signature; the last one makes one, for a receiver at a URL. */
export function verifiers(url: string): Snippet[] {
  return [
    { key: 'node', label: 'Node', text: node },
    { key: 'python', label: 'Python', text: python },
    { key: 'go', label: 'Go', text: go },
    { key: 'shell', label: 'curl and openssl', text: shell(url.replaceAll("'", '%27')) },
  ];
}
