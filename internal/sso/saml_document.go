// SPDX-License-Identifier: Apache-2.0

package sso

import (
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"encoding/xml"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/beevik/etree"
	saml2 "github.com/russellhaering/gosaml2"
	"github.com/russellhaering/gosaml2/types"
	dsig "github.com/russellhaering/goxmldsig"
)

// document is what a look at a response shows before anything of it is believed. It
// is there to refuse what no honest provider sends, and every trick with XML needs:
// a second assertion, a second element of one id, comments inside of texts, old
// algorithms.
type document struct {
	assertions int
	encrypted  bool
	ids        []string
	nameFormat string // of the NameID of the subject
	names      int    // NameIDs of subjects
	problem    string // the first thing that is wrong, "" for nothing
	status     string
}

// maxDepth bounds how deep elements stand in one another.
const maxDepth = 50

// look reads the outline of a response. Errors are of the encoding or of XML.
func look(encoded string) (document, error) {
	var d document
	if base64.StdEncoding.DecodedLen(len(encoded)) > maxResponse {
		return d, errors.New("it is too long")
	}
	raw, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil {
		return d, err
	}
	doc := etree.NewDocument()
	if err := doc.ReadFromBytes(raw); err != nil {
		return d, err
	}
	root := doc.Root()
	if root == nil || root.Tag != "Response" || root.NamespaceURI() != saml2.SAMLProtocolNamespace {
		return d, errors.New("it is no Response")
	}
	d.tokens(doc.Child)
	d.walk(root, 1)
	if code := root.FindElement("./Status/StatusCode"); code != nil {
		d.status = code.SelectAttrValue("Value", "")
	}
	return d, nil
}

func (d *document) wrong(problem string) {
	if d.problem == "" {
		d.problem = problem
	}
}

// tokens looks at what stands among the children of an element, or of the document,
// where the XML declaration is at home.
func (d *document) tokens(list []etree.Token) {
	for _, token := range list {
		switch token := token.(type) {
		case *etree.Comment:
			d.wrong("it holds a comment")
		case *etree.Directive:
			d.wrong("it holds a document type")
		case *etree.ProcInst:
			if token.Target != "xml" {
				d.wrong("it holds a processing instruction")
			}
		}
	}
}

func (d *document) walk(e *etree.Element, depth int) {
	if depth > maxDepth {
		d.wrong("its elements stand too deep")
		return
	}
	d.tokens(e.Child)
	for _, name := range []string{"ID", "Id", "id"} {
		if id := e.SelectAttrValue(name, ""); id != "" {
			d.ids = append(d.ids, id)
		}
	}
	switch e.Tag {
	case "Assertion":
		d.assertions++
		if depth != 2 {
			d.wrong("its assertion is not where it belongs")
		}
	case "EncryptedAssertion", "EncryptedID", "EncryptedAttribute":
		d.encrypted = true
	case "NameID":
		if e.Parent().Tag == "Subject" {
			d.names++
			d.nameFormat = e.SelectAttrValue("Format", "")
		}
	case "SignatureMethod", "DigestMethod", "CanonicalizationMethod", "Transform":
		if algorithm := e.SelectAttrValue("Algorithm", ""); !slices.Contains(trusted(), algorithm) {
			d.wrong("its signature is made by an algorithm that is not trusted")
		}
	}
	for _, child := range e.ChildElements() {
		d.walk(child, depth+1)
	}
}

// trusted are the algorithms of XML signatures that may be used. SHA-1 is not: two
// documents of one digest have been made.
func trusted() []string {
	return []string{
		dsig.RSASHA256SignatureMethod, dsig.RSASHA384SignatureMethod, dsig.RSASHA512SignatureMethod,
		dsig.ECDSASHA256SignatureMethod, dsig.ECDSASHA384SignatureMethod, dsig.ECDSASHA512SignatureMethod,
		"http://www.w3.org/2001/04/xmlenc#sha256", "http://www.w3.org/2001/04/xmldsig-more#sha384", "http://www.w3.org/2001/04/xmlenc#sha512",
		dsig.CanonicalXML10ExclusiveAlgorithmId.String(), dsig.CanonicalXML11AlgorithmId.String(), dsig.CanonicalXML10RecAlgorithmId.String(),
		dsig.EnvelopedSignatureAltorithmId.String(),
	}
}

// check says why a response is refused by its outline alone.
func (d document) check() error {
	ids := slices.Clone(d.ids)
	slices.Sort(ids)
	switch {
	case d.problem != "":
		return errors.New(d.problem)
	case d.encrypted:
		return errors.New("it is encrypted, which this server cannot read; HTTPS protects it on its way")
	case d.assertions != 1:
		return errors.New("it does not hold one assertion")
	case d.names != 1:
		return errors.New("it does not name one person")
	case len(slices.Compact(ids)) != len(d.ids):
		return errors.New("two of its elements have one id")
	}
	return nil
}

// parsePEM answers the certificates of a text.
func parsePEM(text string) ([]Certificate, error) {
	list := []Certificate{}
	rest := []byte(text)
	for len(strings.TrimSpace(string(rest))) > 0 {
		block, after := pem.Decode(rest)
		if block == nil || block.Type != "CERTIFICATE" {
			return nil, errors.New("must be certificates in PEM: -----BEGIN CERTIFICATE----- …")
		}
		c, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, fmt.Errorf("must be certificates in PEM: %w", err)
		}
		list, rest = append(list, Certificate{c}), after
	}
	return list, checkCount(list)
}

const maxCertificates = 10

func checkCount(list []Certificate) error {
	if len(list) > maxCertificates {
		return fmt.Errorf("must be at most %d", maxCertificates)
	}
	return nil
}

const bindingRedirect = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"

// metadata reads what an identity provider says about itself (SAML Metadata section
// 2.4.3).
func (d *drafting) metadata(text string, to *SAMLSettings) {
	const pointer = "/saml/metadata"
	var entity types.EntityDescriptor
	if err := xml.Unmarshal([]byte(text), &entity); err != nil {
		d.wrong(pointer, "must be the XML of one EntityDescriptor: %v", err)
		return
	}
	role := entity.IDPSSODescriptor
	if role == nil || entity.EntityID == "" {
		d.wrong(pointer, "must describe an identity provider, with entityID and IDPSSODescriptor")
		return
	}
	to.EntityID, to.SSOURL = entity.EntityID, ""
	for _, service := range role.SingleSignOnServices {
		if service.Binding == bindingRedirect {
			to.SSOURL = service.Location
		}
	}
	if to.SSOURL == "" {
		d.wrong(pointer, "must have a SingleSignOnService with the binding HTTP-Redirect")
	}
	if role.WantAuthnRequestsSigned {
		d.wrong(pointer, "asks for signed requests, which this server does not make; switch that off at the identity provider")
	}
	list, err := signers(role.KeyDescriptors)
	if err != nil {
		d.wrong(pointer, "%v", err)
	}
	to.Certificates = list
}

// signers answers the certificates that may sign.
func signers(keys []types.KeyDescriptor) ([]Certificate, error) {
	list := []Certificate{}
	for _, key := range keys {
		if key.Use == "encryption" {
			continue
		}
		for _, given := range key.KeyInfo.X509Data.X509Certificates {
			der, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(given.Data), ""))
			if err != nil {
				return nil, errors.New("has a certificate that is no base64")
			}
			c, err := x509.ParseCertificate(der)
			if err != nil {
				return nil, fmt.Errorf("has a certificate that cannot be read: %w", err)
			}
			list = append(list, Certificate{c})
		}
	}
	if len(list) == 0 {
		return nil, errors.New("has no certificate for signing")
	}
	return list, checkCount(list)
}

// descriptor answers the metadata of this server for a provider (SAML Metadata
// section 2.4.4). There is no key in it: nothing is signed or decrypted here.
func (w site) descriptor(id ProviderID) ([]byte, error) {
	doc := etree.NewDocument()
	doc.CreateProcInst("xml", `version="1.0" encoding="UTF-8"`)
	entity := doc.CreateElement("EntityDescriptor")
	entity.CreateAttr("xmlns", "urn:oasis:names:tc:SAML:2.0:metadata")
	entity.CreateAttr("entityID", w.entityID(id))
	role := entity.CreateElement("SPSSODescriptor")
	role.CreateAttr("AuthnRequestsSigned", "false")
	role.CreateAttr("WantAssertionsSigned", "true")
	role.CreateAttr("protocolSupportEnumeration", saml2.SAMLProtocolNamespace)
	for _, format := range []string{"urn:oasis:names:tc:SAML:2.0:nameid-format:persistent", formatEmail} {
		role.CreateElement("NameIDFormat").SetText(format)
	}
	acs := role.CreateElement("AssertionConsumerService")
	acs.CreateAttr("Binding", saml2.BindingHttpPost)
	acs.CreateAttr("Location", w.acsURL(id))
	acs.CreateAttr("index", "1")
	acs.CreateAttr("isDefault", "true")
	doc.Indent(2)
	return doc.WriteToBytes()
}
