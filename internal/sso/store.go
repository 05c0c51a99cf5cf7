// SPDX-License-Identifier: Apache-2.0

package sso

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/json"
)

// stored is what the column settings holds. Members may be added; none is renamed
// or taken away, and an absent one is empty.
type stored struct {
	Certificates   [][]byte `json:"certificates,omitempty"` // DER
	ClientID       string   `json:"clientId,omitempty"`
	EmailAttribute string   `json:"emailAttribute,omitempty"`
	EntityID       string   `json:"entityId,omitempty"`
	Issuer         string   `json:"issuer,omitempty"`
	Scopes         []string `json:"scopes,omitempty"`
	SSOURL         string   `json:"ssoUrl,omitempty"`
}

// columns answers domains and settings as the row holds them.
func (p Provider) columns() (domains, settings string, err error) {
	row := stored{
		EmailAttribute: p.SAML.EmailAttribute, EntityID: p.SAML.EntityID, SSOURL: p.SAML.SSOURL,
		ClientID: p.OIDC.ClientID, Issuer: p.OIDC.Issuer, Scopes: p.OIDC.Scopes,
	}
	for _, c := range p.SAML.Certificates {
		row.Certificates = append(row.Certificates, c.Raw)
	}
	first, err := json.Marshal(p.Domains)
	if err != nil {
		return "", "", err
	}
	second, err := json.Marshal(row)
	return string(first), string(second), err
}

// fill undoes columns.
func (p *Provider) fill(domains, settings string) error {
	var row stored
	if err := errors.Join(json.Unmarshal([]byte(domains), &p.Domains), json.Unmarshal([]byte(settings), &row)); err != nil {
		return fmt.Errorf("settings of identity provider %s: %w", p.ID, err)
	}
	p.OIDC = OIDCSettings{ClientID: row.ClientID, Issuer: row.Issuer, Scopes: row.Scopes}
	p.SAML = SAMLSettings{EmailAttribute: row.EmailAttribute, EntityID: row.EntityID, SSOURL: row.SSOURL}
	for _, der := range row.Certificates {
		c, err := x509.ParseCertificate(der)
		if err != nil {
			return fmt.Errorf("certificate of identity provider %s: %w", p.ID, err)
		}
		p.SAML.Certificates = append(p.SAML.Certificates, Certificate{c})
	}
	return nil
}

const providerQuery = `
	SELECT p.id, p.kind, p.name, p.enabled, p.create_users, p.trust_email, p.domains, p.settings, p.secret,
		p.created_at, p.updated_at, w.number, w.id, w.name
	FROM sso_provider p JOIN workspace w ON w.number = p.workspace `

func scanProvider(row db.Row) (Provider, error) {
	var p Provider
	var w caller.Workspace
	var domains, settings string
	var created, updated int64
	err := row.Scan(&p.ID, &p.Kind, &p.Name, &p.Enabled, &p.CreateUsers, &p.TrustEmail, &domains, &settings, &p.secret,
		&created, &updated, &w.Number, &w.ID, &w.Name)
	if err != nil {
		return Provider{}, err
	}
	p.CreatedAt, p.UpdatedAt, p.Workspace = db.Time(created), db.Time(updated), w
	return p, p.fill(domains, settings)
}

func insertProvider(ctx context.Context, tx *db.Tx, p Provider) error {
	domains, settings, err := p.columns()
	if err != nil {
		return err
	}
	return tx.ExecOne(ctx, `
		INSERT INTO sso_provider (id, workspace, kind, name, name_key, enabled, create_users, trust_email, domains, settings,
			secret, created_at, updated_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
		string(p.ID), p.Workspace.Number, string(p.Kind), p.Name, nameKey(p.Name), p.Enabled, p.CreateUsers, p.TrustEmail,
		domains, settings, p.secret, db.Millis(p.CreatedAt), db.Millis(p.UpdatedAt))
}

func updateProvider(ctx context.Context, tx *db.Tx, p Provider) error {
	domains, settings, err := p.columns()
	if err != nil {
		return err
	}
	return tx.ExecOne(ctx, `
		UPDATE sso_provider SET name = $1, name_key = $2, enabled = $3, create_users = $4, trust_email = $5, domains = $6,
			settings = $7, secret = $8, updated_at = $9
		WHERE id = $10 AND workspace = $11`,
		p.Name, nameKey(p.Name), p.Enabled, p.CreateUsers, p.TrustEmail, domains, settings, p.secret, db.Millis(p.UpdatedAt),
		string(p.ID), p.Workspace.Number)
}

func deleteProvider(ctx context.Context, tx *db.Tx, p Provider) error {
	return tx.ExecOne(ctx, `
		DELETE FROM sso_provider WHERE id = $1 AND workspace = $2`, string(p.ID), p.Workspace.Number)
}

// selectProvider answers a provider of any workspace: a sign-in knows no more than
// its id. Who acts for a workspace compares p.Workspace.
func selectProvider(ctx context.Context, tx *db.Tx, id ProviderID) (Provider, error) {
	return scanProvider(tx.QueryRow(ctx, providerQuery+`WHERE p.id = $1`, string(id)))
}

func selectProviders(ctx context.Context, tx *db.Tx, workspace int64, after string, limit int) (all []Provider, err error) {
	err = tx.Each(ctx, func(row db.Row) error {
		p, err := scanProvider(row)
		all = append(all, p)
		return err
	}, providerQuery+`WHERE p.workspace = $1 AND p.id > $2 ORDER BY p.id LIMIT $3`, workspace, after, limit)
	return all, err
}

// selectEnabled answers the providers of a workspace that people may use, by name.
func selectEnabled(ctx context.Context, tx *db.Tx, workspace int64) (all []Provider, err error) {
	err = tx.Each(ctx, func(row db.Row) error {
		p, err := scanProvider(row)
		all = append(all, p)
		return err
	}, providerQuery+`WHERE p.workspace = $1 AND p.enabled ORDER BY p.name_key`, workspace)
	return all, err
}
