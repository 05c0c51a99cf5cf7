// SPDX-License-Identifier: Apache-2.0

package oauth

import (
	"errors"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/fault"
)

// Bounds of what an application may be.
const (
	maxDescription = 1000 // characters
	maxGrace       = 30 * 24 * time.Hour
	maxName        = 100 // characters
	maxOverlapping = 50
	maxRedirect    = 2048 // bytes
	maxRedirects   = 20
)

// ScopesOf lists the scopes that an application of a type may hold; nil for an
// unknown type.
func ScopesOf(t Type) []caller.Scope {
	switch t {
	case Build:
		return []caller.Scope{
			caller.ScopeWriteResource, caller.ScopeReadResource, caller.ScopeWriteDocument, caller.ScopeReadDocument,
		}
	case Manage:
		return []caller.Scope{
			caller.ScopeManageRead, caller.ScopeManageWrite, caller.ScopeDocumentsRead, caller.ScopeDocumentsList,
			caller.ScopeDocumentsWrite, caller.ScopeDocumentsSend, caller.ScopeVendorsRead, caller.ScopeVendorsWrite,
		}
	case Audit:
		return []caller.Scope{
			caller.ScopeAuditRead, caller.ScopeAuditWrite, caller.ScopeAuditorRead, caller.ScopeAuditorWrite,
		}
	}
	return nil
}

// check answers the application that in describes, with every default filled.
func (in NewApplication) check() (Application, error) {
	app := Application{
		Description: in.Description, Distribution: in.Distribution, Name: strings.TrimSpace(in.Name), OverlappingTokens: 1, Type: in.Type,
	}
	if app.Type == "" {
		app.Type = Build
	}
	if app.Distribution == "" {
		app.Distribution = Private
	}
	if err := errors.Join(checkName(app.Name), checkDescription(app.Description)); err != nil {
		return Application{}, err
	}
	if ScopesOf(app.Type) == nil {
		return Application{}, wrong("/type", "the type must be build, manage or audit, not %q", app.Type)
	}
	switch {
	case app.Distribution != Private && app.Distribution != Public:
		return Application{}, wrong("/distribution", "the distribution must be private or public, not %q", app.Distribution)
	case app.Distribution == Public && app.Type != Build:
		return Application{}, wrong("/distribution", "only an application of type build can be public")
	}
	var err error
	if app.Scopes, err = checkScopes(app.Type, in.Scopes); err != nil {
		return Application{}, err
	}
	app.RedirectURIs, err = checkRedirects(app, in.RedirectURIs)
	return app, err
}

// wrong is a fault at a member of what describes an application.
func wrong(pointer, format string, args ...any) error {
	f := fault.New(fault.Invalid, format, args...)
	f.Problems = []fault.Problem{{Pointer: pointer, Message: f.Message}}
	return f
}

func checkDescription(text string) error {
	if utf8.RuneCountInString(text) > maxDescription || strings.ContainsRune(text, 0) || !utf8.ValidString(text) {
		return wrong("/description", "the description must be text of at most %d characters", maxDescription)
	}
	return nil
}

func checkName(name string) error {
	if !utf8.ValidString(name) || strings.ContainsFunc(name, unicode.IsControl) {
		return wrong("/name", "the name must be text on one line")
	}
	if n := utf8.RuneCountInString(name); n < 1 || n > maxName {
		return wrong("/name", "the name must have 1 to %d characters", maxName)
	}
	return nil
}

// checkScopes answers the wanted scopes in the type's order, each once.
func checkScopes(t Type, wanted []caller.Scope) ([]caller.Scope, error) {
	held := ScopesOf(t)
	if wanted == nil {
		return held, nil
	}
	for _, scope := range wanted {
		if !slices.Contains(held, scope) {
			return nil, wrong("/scopes", "an application of type %s cannot hold the scope %q", t, scope)
		}
	}
	if len(wanted) == 0 {
		return nil, wrong("/scopes", "an application needs at least one scope")
	}
	return slices.DeleteFunc(held, func(scope caller.Scope) bool { return !slices.Contains(wanted, scope) }), nil
}

func checkRedirects(app Application, uris []string) ([]string, error) {
	if len(uris) > 0 && app.Distribution != Public {
		return nil, wrong("/redirectUris", "only a public application has redirect URIs")
	}
	if len(uris) > maxRedirects {
		return nil, wrong("/redirectUris", "an application has at most %d redirect URIs", maxRedirects)
	}
	kept := []string{}
	for _, uri := range uris {
		if err := checkRedirect(uri); err != nil {
			return nil, err
		}
		if !slices.Contains(kept, uri) {
			kept = append(kept, uri)
		}
	}
	return kept, nil
}

// checkRedirect holds the contract's rule: HTTPS, or HTTP on this very machine;
// no fragment (RFC 6749 section 3.1.2).
func checkRedirect(uri string) error {
	u, err := url.Parse(uri)
	switch {
	case err != nil || u.Host == "" || u.Hostname() == "" || len(uri) > maxRedirect:
		return wrong("/redirectUris", "the redirect URI %q is no absolute URL", uri)
	case strings.Contains(uri, "#"):
		return wrong("/redirectUris", "the redirect URI %q has a fragment", uri)
	case u.User != nil:
		return wrong("/redirectUris", "the redirect URI %q names a user", uri)
	case u.Scheme == "https":
		return nil
	case u.Scheme == "http" && (u.Hostname() == "localhost" || u.Hostname() == "127.0.0.1"):
		return nil
	}
	return wrong("/redirectUris", "the redirect URI %q must be HTTPS, or http://localhost or http://127.0.0.1", uri)
}

// apply puts the settings that are given on an application.
func (in Settings) apply(app *Application) error {
	if in.Name != nil {
		app.Name = strings.TrimSpace(*in.Name)
	}
	if in.Description != nil {
		app.Description = *in.Description
	}
	if err := errors.Join(checkName(app.Name), checkDescription(app.Description)); err != nil {
		return err
	}
	if in.AcceptForm != nil {
		app.AcceptForm = *in.AcceptForm
	}
	if n := in.OverlappingTokens; n != nil {
		if *n < 1 || *n > maxOverlapping {
			return wrong("/overlappingTokens", "the number of overlapping tokens must be from 1 to %d", maxOverlapping)
		}
		app.OverlappingTokens = *n
	}
	if grace := in.RotationGrace; grace != nil {
		if *grace < 0 || *grace > maxGrace {
			return wrong("/rotationGraceSeconds", "the rotation grace must be from 0 to %d days", int(maxGrace.Hours()/24))
		}
		app.RotationGrace = grace.Truncate(time.Millisecond)
	}
	if in.RedirectURIs != nil {
		kept, err := checkRedirects(*app, *in.RedirectURIs)
		if err != nil {
			return err
		}
		app.RedirectURIs = kept
	}
	return nil
}
