// SPDX-License-Identifier: Apache-2.0

package policy

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/passmuster/muster/api"
	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/json"
	"github.com/passmuster/muster/internal/web"
)

const (
	bodyLimit = 4 << 20 // a text with everything escaped
	fileType  = "application/octet-stream"
)

// Mount mounts the routes under /v1/policies, and those of /v1/account/policies, by
// which everybody reads and accepts what concerns them.
func (s *Service) Mount(server *web.Server) {
	const own, read, write = caller.OwnAccount, caller.ReadPolicies, caller.WritePolicies
	file := web.BodyOf[api.PolicyFile](server)
	content := map[string]*huma.MediaType{fileType: {Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}}
	route := func(method, path, id, summary string, p caller.Permission, more web.Route) web.Route {
		more.Method, more.Path, more.ID, more.Summary = method, "/v1/"+path, id, summary
		more.Permission, more.Class, more.Tag = p, web.ClassManage, "Policies"
		return more
	}
	plain, gone := web.Route{}, web.Route{Status: http.StatusNoContent}
	download := web.Route{Describe: func(op *huma.Operation) { op.Responses["200"].Content = content }}
	upload := web.Route{Accept: []string{fileType}, Describe: func(op *huma.Operation) { op.RequestBody = &huma.RequestBody{Required: true, Content: content} }}
	web.Register(server, route("GET", "policies", "listPolicies", "List policies", read, plain), s.list)
	web.Register(server, route("POST", "policies", "createPolicy", "Create a policy", write, web.Route{Describe: file, Status: http.StatusCreated}), s.create)
	web.Register(server, route("GET", "policies/{policyId}", "getPolicy", "Get policy by ID", read, plain), s.get)
	web.Register(server, route("PUT", "policies/{policyId}", "replacePolicy", "Make a policy be as a file says", write, web.Route{Describe: file}), s.replace)
	web.Register(server, route("DELETE", "policies/{policyId}", "deletePolicy", "Delete a policy with its versions and acceptances", write, gone), s.delete)
	web.Register(server, route("GET", "policies/{policyId}/settings", "getPolicySettings", "Owner, renewal and groups of a policy", read, plain), s.settings)
	web.Register(server, route("GET", "policies/{policyId}/versions", "listPolicyVersions", "List the versions of a policy, the newest first", read, plain), s.versions)
	web.Register(server, route("GET", "policies/{policyId}/versions/{number}", "getPolicyVersion", "Get a version of a policy with its text", read, plain), s.version)
	web.Register(server, route("GET", "policies/{policyId}/versions/{number}/file", "downloadPolicyVersion", "Download the file of a version", read, download), s.file)
	web.Register(server, route("PUT", "policies/{policyId}/draft", "writePolicyDraft", "Write the next version of a policy", write, web.Route{BodyLimit: bodyLimit}), s.write)
	web.Register(server, route("PUT", "policies/{policyId}/draft/file", "uploadPolicyDraft", "Upload the next version of a policy as a file", write, upload), s.upload)
	web.Register(server, route("POST", "policies/{policyId}/submit", "submitPolicy", "Ask for the approval of the draft", write, plain), s.submit)
	web.Register(server, route("POST", "policies/{policyId}/approve", "approvePolicy", "Approve the version that waits", write, plain), s.approve)
	web.Register(server, route("POST", "policies/{policyId}/return", "returnPolicy", "Send the version that waits back to its author", write, plain), s.giveBack)
	web.Register(server, route("GET", "policies/{policyId}/acceptances", "listPolicyAcceptances", "List who is to accept a policy, and who has", read, plain), s.acceptances)
	web.Register(server, route("POST", "policies/{policyId}/acceptances", "recordPolicyAcceptance", "Record that a person has accepted a policy", write, web.Route{Status: http.StatusCreated}), s.record)
	web.Register(server, route("POST", "policies/{policyId}/accept", "acceptPolicy", "Accept a policy as oneself", own, plain), s.accept)
	web.Register(server, route("GET", "account/policies", "listOwnPolicies", "List the policies that one is to accept, oneself", own, plain), s.own)
	web.Register(server, route("GET", "account/policies/{policyId}", "getOwnPolicy", "Read a policy that one is to accept, oneself", own, plain), s.ownVersion)
	web.Register(server, route("GET", "account/policies/{policyId}/file", "downloadOwnPolicy", "Download a policy that one is to accept, oneself", own, download), s.ownFile)
}

// Input names a policy. It is exported because huma reads it only then.
type Input struct {
	Policy string `doc:"Id or slug." path:"policyId"`
}

// VersionInput names a version.
type VersionInput struct {
	Input
	Number int64 `minimum:"1" path:"number"`
}

type (
	output           struct{ Body api.Policy }
	settingsOutput   struct{ Body api.PolicySettings }
	versionOutput    struct{ Body api.PolicyVersion }
	textOutput       struct{ Body api.PolicyVersionText }
	versionsOutput   struct{ Body web.Page[api.PolicyVersion] }
	acceptanceOutput struct{ Body api.PolicyAcceptance }
	empty            struct{}
)

func (s *Service) list(ctx context.Context, in *web.PageInput) (*struct{ Body web.Page[api.Policy] }, error) {
	after, err := idCursor(in.PageCursor)
	if err != nil {
		return nil, err
	}
	all, more, err := s.List(ctx, caller.From(ctx), after, in.Size())
	if err != nil {
		return nil, err
	}
	page, err := s.wireAll(ctx, caller.From(ctx), all, s.Now())
	if err != nil {
		return nil, err
	}
	cursor := func(p api.Policy) string { return web.EncodeCursor(p.ID) }
	return &struct{ Body web.Page[api.Policy] }{web.NewPage(page, cursor, more, after != "")}, nil
}

// idCursor reads a cursor that holds an id; "" for the empty one.
func idCursor(text string) (string, error) {
	parts, err := web.DecodeCursor(text, 1)
	if err != nil || parts == nil {
		return "", err
	}
	if !db.ValidID(parts[0]) {
		return "", web.InQuery("pageCursor", "must be a cursor of an earlier answer of this list")
	}
	return parts[0], nil
}

func (s *Service) create(ctx context.Context, in *struct{ Body json.Value }) (*settingsOutput, error) {
	p, err := s.Create(ctx, caller.From(ctx), in.Body)
	return s.answerSettings(ctx, p, err)
}

func (s *Service) get(ctx context.Context, in *Input) (*output, error) {
	p, err := s.Get(ctx, caller.From(ctx), in.Policy)
	if err != nil {
		return nil, err
	}
	page, err := s.wireAll(ctx, caller.From(ctx), []Policy{p}, s.Now())
	if err != nil {
		return nil, err
	}
	return &output{page[0]}, nil
}

func (s *Service) replace(ctx context.Context, in *struct {
	Input
	Body json.Value
},
) (*settingsOutput, error) {
	p, err := s.Replace(ctx, caller.From(ctx), in.Policy, in.Body)
	return s.answerSettings(ctx, p, err)
}

func (s *Service) delete(ctx context.Context, in *Input) (*empty, error) {
	return nil, s.Delete(ctx, caller.From(ctx), in.Policy)
}

func (s *Service) settings(ctx context.Context, in *Input) (*settingsOutput, error) {
	p, err := s.Get(ctx, caller.From(ctx), in.Policy)
	return s.answerSettings(ctx, p, err)
}

func (s *Service) answerSettings(ctx context.Context, p Policy, err error) (*settingsOutput, error) {
	if err != nil {
		return nil, err
	}
	body, known := p.wireSettings(), map[string]*api.Owner{}
	if body.Owner, err = s.wireUser(ctx, caller.From(ctx), p.Settings.Owner, known); err != nil {
		return nil, err
	}
	body.Approver, err = s.wireUser(ctx, caller.From(ctx), p.Settings.Approver, known)
	return &settingsOutput{body}, err
}

func (s *Service) versions(ctx context.Context, in *struct {
	Input
	web.PageInput
},
) (*versionsOutput, error) {
	before, err := numberCursor(in.PageCursor)
	if err != nil {
		return nil, err
	}
	p, all, err := s.Versions(ctx, caller.From(ctx), in.Policy)
	if err != nil {
		return nil, err
	}
	page, more, now := []api.PolicyVersion{}, false, s.Now()
	for _, v := range all {
		switch {
		case before != 0 && v.Number >= before:
		case len(page) == in.Size():
			more = true
		default:
			page = append(page, v.wire(p, now))
		}
	}
	return &versionsOutput{web.NewPage(page, cursorOf, more, before != 0)}, nil
}

func (s *Service) version(ctx context.Context, in *VersionInput) (*textOutput, error) {
	return s.answerText(s.Version(ctx, caller.From(ctx), in.Policy, in.Number))
}

func (s *Service) answerText(p Policy, v Version, err error) (*textOutput, error) {
	if err != nil {
		return nil, err
	}
	body := api.PolicyVersionText{PolicyVersion: v.wire(p, s.Now())}
	if v.FileName == "" {
		body.Text = &v.Text
	}
	return &textOutput{body}, nil
}

func (s *Service) answerVersion(p Policy, v Version, err error) (*versionOutput, error) {
	if err != nil {
		return nil, err
	}
	return &versionOutput{v.wire(p, s.Now())}, nil
}

func (s *Service) file(ctx context.Context, in *VersionInput) (*fileOutput, error) {
	v, content, err := s.File(ctx, caller.From(ctx), in.Policy, in.Number)
	return attachment(v, content, err)
}

func (s *Service) write(ctx context.Context, in *struct {
	Input
	Body api.PolicyDraft
},
) (*versionOutput, error) {
	return s.answerVersion(s.Write(ctx, caller.From(ctx), in.Policy, Writing{Changes: in.Body.Changes, Minor: in.Body.Minor, Text: in.Body.Text}))
}

type uploadInput struct {
	Input
	web.Stream
	Changes string `doc:"What is new, in words." query:"changes"`
	Minor   bool   `doc:"Acceptances of earlier versions stay." query:"minor"`
	Name    string `doc:"Of the file." query:"name" required:"true"`
}

func (s *Service) upload(ctx context.Context, in *uploadInput) (*versionOutput, error) {
	w := Writing{Changes: in.Changes, Minor: in.Minor}
	return s.answerVersion(s.Upload(ctx, caller.From(ctx), in.Policy, in.Name, w, in.Reader()))
}

func (s *Service) submit(ctx context.Context, in *Input) (*versionOutput, error) {
	return s.answerVersion(s.Submit(ctx, caller.From(ctx), in.Policy))
}

func (s *Service) approve(ctx context.Context, in *Input) (*versionOutput, error) {
	return s.answerVersion(s.Approve(ctx, caller.From(ctx), in.Policy))
}

func (s *Service) giveBack(ctx context.Context, in *struct {
	Input
	Body api.PolicyReturn
},
) (*versionOutput, error) {
	return s.answerVersion(s.Return(ctx, caller.From(ctx), in.Policy, in.Body.Reason))
}

func (s *Service) acceptances(ctx context.Context, in *struct {
	Input
	web.PageInput
},
) (*struct {
	Body web.Page[api.PolicyAcceptance]
}, error,
) {
	after, err := idCursor(in.PageCursor)
	if err != nil {
		return nil, err
	}
	list, more, err := s.Tasks(ctx, caller.From(ctx), in.Policy, after, in.Size())
	if err != nil {
		return nil, err
	}
	page, now := make([]api.PolicyAcceptance, len(list)), s.Now()
	for i, t := range list {
		page[i] = t.wire(now)
	}
	cursor := func(a api.PolicyAcceptance) string { return web.EncodeCursor(a.PersonID) }
	return &struct {
		Body web.Page[api.PolicyAcceptance]
	}{web.NewPage(page, cursor, more, after != "")}, nil
}

func (s *Service) record(ctx context.Context, in *struct {
	Input
	Body api.PolicyRecord
},
) (*acceptanceOutput, error) {
	return s.answerTask(s.Record(ctx, caller.From(ctx), in.Policy, in.Body.PersonID, in.Body.Reason))
}

func (s *Service) accept(ctx context.Context, in *struct {
	Input
	Body api.PolicyAccept
},
) (*acceptanceOutput, error) {
	return s.answerTask(s.Accept(ctx, caller.From(ctx), in.Policy, in.Body.Version))
}

func (s *Service) answerTask(t Task, err error) (*acceptanceOutput, error) {
	if err != nil {
		return nil, err
	}
	return &acceptanceOutput{t.wire(s.Now())}, nil
}

func (s *Service) own(ctx context.Context, in *web.PageInput) (*struct{ Body web.Page[api.OwnPolicy] }, error) {
	after, err := idCursor(in.PageCursor)
	if err != nil {
		return nil, err
	}
	list, err := s.Own(ctx, caller.From(ctx))
	if err != nil {
		return nil, err
	}
	page, more, now := []api.OwnPolicy{}, false, s.Now()
	for _, t := range list {
		switch {
		case t.Policy.ID <= after:
		case len(page) == in.Size():
			more = true
		default:
			page = append(page, t.wireOwn(now))
		}
	}
	cursor := func(p api.OwnPolicy) string { return web.EncodeCursor(p.ID) }
	return &struct{ Body web.Page[api.OwnPolicy] }{web.NewPage(page, cursor, more, after != "")}, nil
}

func (s *Service) ownVersion(ctx context.Context, in *Input) (*textOutput, error) {
	return s.answerText(s.OwnVersion(ctx, caller.From(ctx), in.Policy))
}

func (s *Service) ownFile(ctx context.Context, in *Input) (*fileOutput, error) {
	p, v, err := s.OwnVersion(ctx, caller.From(ctx), in.Policy)
	if err != nil {
		return nil, err
	}
	v, content, err := s.File(ctx, caller.From(ctx), p.ID, v.Number)
	return attachment(v, content, err)
}

// maybe answers a time of milliseconds as on the wire, nil for nil.
func maybe(at *int64) *string {
	if at == nil {
		return nil
	}
	text := web.TimeOf(*at).String()
	return &text
}

func maybeTime(at *time.Time) *string {
	if at == nil {
		return nil
	}
	ms := db.Millis(*at)
	return maybe(&ms)
}

func orNull(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}
