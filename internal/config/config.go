// SPDX-License-Identifier: Apache-2.0

package config

import (
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"path/filepath"
	"strings"
	"time"
)

// Storage says where the data is. Every command that opens it takes these.
type Storage struct {
	Data        string `default:"./muster-data" env:"MUSTER_DATA" help:"Folder of the database and the evidence key." placeholder:"FOLDER" type:"path"`
	Database    string `env:"MUSTER_DATABASE" help:"PostgreSQL instead of a file in the data folder." placeholder:"postgres://…" secret:""`
	EvidenceKey string `env:"MUSTER_EVIDENCE_KEY" help:"Key that signs evidence, instead of evidence.key in the data folder. Rather by environment or ${env}_FILE." placeholder:"KEY" secret:""`
	SecretsKey  string `env:"MUSTER_SECRETS_KEY" help:"Key that seals stored secrets, instead of secrets.key in the data folder: 32 bytes in base64 or hex. Rather by environment or ${env}_FILE." placeholder:"KEY" secret:""`

	FilesURL       string `env:"MUSTER_FILES_URL" help:"Bucket of an S3-compatible server that keeps files, instead of files/ in the data folder; a prefix may follow." name:"files-url" placeholder:"https://host/bucket"`
	FilesRegion    string `default:"us-east-1" env:"MUSTER_FILES_REGION" help:"Region of the bucket." name:"files-region" placeholder:"REGION"`
	FilesAccessKey string `env:"MUSTER_FILES_ACCESS_KEY" help:"Access key of the bucket." name:"files-access-key" placeholder:"KEY"`
	FilesSecretKey string `env:"MUSTER_FILES_SECRET_KEY" help:"Secret key of the bucket. Rather by environment or ${env}_FILE." name:"files-secret-key" placeholder:"KEY" secret:""`
	MaxUpload      Size   `default:"50MiB" env:"MUSTER_MAX_UPLOAD" help:"Bytes of one file of a document." name:"max-upload" placeholder:"SIZE"`

	BreachedPasswords string `env:"MUSTER_BREACHED_PASSWORDS" help:"Ordered file of SHA-1 hashes of breached passwords, beside the list that is built in." name:"breached-passwords" placeholder:"FILE" type:"existingfile"`
}

// File answers the path of the SQLite database.
func (s Storage) File() string { return filepath.Join(s.Data, "muster.db") }

// KeyFile answers the path of the evidence key; it counts when EvidenceKey is
// empty.
func (s Storage) KeyFile() string { return filepath.Join(s.Data, "evidence.key") }

// Bucket answers the parts of FilesURL: where the server is, and the name of its bucket,
// perhaps with a slash and what all names in it begin with; nothing without one.
func (s Storage) Bucket() (endpoint, path string, err error) {
	if s.FilesURL == "" {
		return "", "", nil
	}
	u, err := url.Parse(s.FilesURL)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.User != nil || strings.Trim(u.Path, "/") == "" || u.RawQuery != "" {
		return "", "", fmt.Errorf("--files-url: must be https://host/bucket, perhaps with a prefix behind it, and without keys")
	}
	if s.FilesAccessKey == "" || s.FilesSecretKey == "" {
		return "", "", fmt.Errorf("--files-url: needs --files-access-key and --files-secret-key")
	}
	return u.Scheme + "://" + u.Host, strings.Trim(u.Path, "/"), nil
}

// Validate names what is wrong with the settings; kong calls it.
func (s Storage) Validate() error {
	if s.Data == "" {
		return fmt.Errorf("--data: must name a folder")
	}
	if _, _, err := s.Bucket(); err != nil {
		return err
	}
	if s.Database == "" {
		return nil
	}
	u, err := url.Parse(s.Database)
	if err != nil || u.Scheme != "postgres" && u.Scheme != "postgresql" {
		return fmt.Errorf("--database: must be a URL such as postgres://user:password@host:5432/muster")
	}
	return nil
}

// Log says what is logged and how.
type Log struct {
	Level  string `default:"info" enum:"debug,info,warn,error" env:"MUSTER_LOG_LEVEL" help:"${enum}." name:"log-level" placeholder:"LEVEL"`
	Format string `default:"auto" enum:"auto,text,json" env:"MUSTER_LOG_FORMAT" help:"text, json, or auto: text on a terminal." name:"log-format" placeholder:"FORMAT"`
}

// Server is what serve listens on and calls itself.
type Server struct {
	Listen  string `default:"127.0.0.1:8080" env:"MUSTER_LISTEN" help:"Address to listen on; port 0 takes a free one." placeholder:"HOST:PORT"`
	BaseURL string `env:"MUSTER_BASE_URL" help:"What others call this server; http:// and the address by default." name:"base-url" placeholder:"URL"`

	TrustedProxy []string `env:"MUSTER_TRUSTED_PROXY" help:"Network of proxies whose word on the client counts, such as 10.0.0.0/8; may be repeated." name:"trusted-proxy" placeholder:"CIDR" sep:","`
	Forwarded    string   `default:"X-Forwarded-For" enum:"X-Forwarded-For,Forwarded" env:"MUSTER_FORWARDED_HEADER" help:"The header that those proxies write: X-Forwarded-For, or Forwarded (RFC 7239). The other one is not looked at." name:"forwarded-header" placeholder:"NAME"`

	DrainTimeout time.Duration `default:"20s" env:"MUSTER_DRAIN_TIMEOUT" help:"Longest wait for running requests at a stop." placeholder:"DURATION"`
}

// Validate names what is wrong with the settings; kong calls it.
func (s Server) Validate() error {
	if _, port, err := net.SplitHostPort(s.Listen); err != nil || port == "" {
		return fmt.Errorf("--listen: %q must be host:port, such as 127.0.0.1:8080 or :8080", s.Listen)
	}
	if _, err := s.TrustedProxies(); err != nil {
		return err
	}
	if s.BaseURL == "" {
		return nil
	}
	if err := CheckBaseURL(s.BaseURL); err != nil {
		return fmt.Errorf("--base-url: %w", err)
	}
	return nil
}

// TrustedProxies answers the networks of proxies; an address stands for itself.
func (s Server) TrustedProxies() ([]netip.Prefix, error) {
	var prefixes []netip.Prefix
	for _, text := range s.TrustedProxy {
		text = strings.TrimSpace(text)
		prefix, err := netip.ParsePrefix(text)
		if err != nil {
			address, wrong := netip.ParseAddr(text)
			if wrong != nil {
				return nil, fmt.Errorf("--trusted-proxy: %q must be an address or a network such as 10.0.0.0/8", text)
			}
			prefix = netip.PrefixFrom(address, address.BitLen())
		}
		prefixes = append(prefixes, prefix.Masked())
	}
	return prefixes, nil
}

// Outside is what the server may reach beyond itself.
type Outside struct {
	AllowPrivateAddresses bool   `env:"MUSTER_ALLOW_PRIVATE_ADDRESSES" help:"Let settings of workspaces name servers in private networks, such as an identity provider's." name:"allow-private-addresses"`
	MailURL               string `env:"MUSTER_MAIL_URL" help:"SMTP server that sends links and invitations." name:"mail-url" placeholder:"smtp://user:password@host:587" secret:""`
	MailFrom              string `env:"MUSTER_MAIL_FROM" help:"Sender of mail, such as 'Muster <muster@example.com>'." name:"mail-from" placeholder:"ADDRESS"`
}

// Validate names what is wrong with the settings; kong calls it.
func (o Outside) Validate() error {
	if o.MailURL != "" && o.MailFrom == "" {
		return fmt.Errorf("--mail-from: must name the sender where --mail-url is set")
	}
	return nil
}

// CheckBaseURL answers nil when text can be the start of absolute URLs: http
// or https, a host, and neither query nor fragment.
func CheckBaseURL(text string) error {
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil || strings.ContainsAny(text, "?#") {
		return fmt.Errorf("%q must be http:// or https:// with a host, and neither query nor fragment, such as https://muster.example.com", text)
	}
	return nil
}

// Limits bound what a request may ask for. Zero means none, but for the size
// and the records of a PUT.
type Limits struct {
	MaxBody       Size  `default:"1GiB" env:"MUSTER_MAX_BODY" help:"Decoded bytes of one PUT." name:"max-body" placeholder:"SIZE"`
	MaxRecords    int64 `default:"2000000" env:"MUSTER_MAX_RECORDS" help:"Records of one PUT." name:"max-records" placeholder:"N"`
	RateOAuth     int   `default:"60" env:"MUSTER_RATE_OAUTH" help:"Token calls a minute for each application; 0: no limit." name:"rate-oauth" placeholder:"N"`
	RateIntegrate int   `default:"600" env:"MUSTER_RATE_INTEGRATION" help:"Integration calls a minute for each application." name:"rate-integration" placeholder:"N"`
	RateManage    int   `default:"600" env:"MUSTER_RATE_MANAGE" help:"Manage calls a minute for each application." name:"rate-manage" placeholder:"N"`
	RateAudit     int   `default:"600" env:"MUSTER_RATE_AUDIT" help:"Audit calls a minute for each application." name:"rate-audit" placeholder:"N"`
	RateSCIM      int   `default:"50000" env:"MUSTER_RATE_SCIM" help:"SCIM requests a second for each directory, at least 25; 0: no limit." name:"rate-scim" placeholder:"N"`
	RateSession   int   `default:"6000" env:"MUSTER_RATE_SESSION" help:"Calls a minute for each signed-in user." name:"rate-session" placeholder:"N"`
	RateUnknown   int   `default:"1000" env:"MUSTER_RATE_UNKNOWN" help:"Requests a minute without a valid credential, for each address." name:"rate-unknown" placeholder:"N"`
}

// Validate names what is wrong with the settings; kong calls it.
func (l Limits) Validate() error {
	if l.MaxBody < 1 || l.MaxRecords < 1 {
		return fmt.Errorf("--max-body and --max-records: must be at least 1")
	}
	rates := []struct {
		flag  string
		value int
	}{
		{"--rate-oauth", l.RateOAuth},
		{"--rate-integration", l.RateIntegrate},
		{"--rate-manage", l.RateManage},
		{"--rate-audit", l.RateAudit},
		{"--rate-session", l.RateSession},
		{"--rate-unknown", l.RateUnknown},
	}
	for _, rate := range rates {
		if rate.value < 0 {
			return fmt.Errorf("%s: %d must be 0 (no limit) or more", rate.flag, rate.value)
		}
	}
	// Providers count on 25 (OpenID IPSIE AL; Entra ID's gallery).
	if l.RateSCIM != 0 && l.RateSCIM < 25 {
		return fmt.Errorf("--rate-scim: %d must be 0 (no limit) or at least 25 requests a second", l.RateSCIM)
	}
	return nil
}

// Published answers the limits with the rates that integrations are published for
// (contract integration-api.md section 3), but for those that the operator has set.
func (l Limits) Published(set func(flag string) bool) Limits {
	for _, rate := range []struct {
		flag  string
		value *int
		rate  int
	}{
		{"rate-oauth", &l.RateOAuth, 5},
		{"rate-integration", &l.RateIntegrate, 20},
		{"rate-manage", &l.RateManage, 50},
		{"rate-audit", &l.RateAudit, 250},
	} {
		if !set(rate.flag) {
			*rate.value = rate.rate
		}
	}
	return l
}
