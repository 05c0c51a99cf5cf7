// SPDX-License-Identifier: Apache-2.0

package access

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/passmuster/muster/api"
	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/json"
	"github.com/passmuster/muster/internal/web"
)

// Mount mounts the routes under /v1/users and /v1/roles. All but the reads are
// an Admin's alone.
func (s *Service) Mount(server *web.Server) {
	const read, manage = caller.ReadUsers, caller.ManageUsers
	route := func(method, path, id, summary string, p caller.Permission, more web.Route) web.Route {
		more.Method, more.Path, more.ID, more.Summary = method, "/v1"+path, id, summary
		more.Permission, more.Class, more.Tag = p, web.ClassManage, "Users"
		return more
	}
	plain, made, gone := web.Route{}, web.Route{Status: http.StatusCreated}, web.Route{Status: http.StatusNoContent}
	patch := web.Route{Describe: windowSchema(server.API().OpenAPI().Components.Schemas)}
	web.Register(server, route("GET", "/users", "listUsers", "List users", read, plain), s.getUsers)
	web.Register(server, route("POST", "/users", "createUser", "Make a user, who is invited", manage, made), s.postUser)
	web.Register(server, route("GET", "/users/{userId}", "getUser", "Get user by ID", read, plain), s.getUser)
	web.Register(server, route("PATCH", "/users/{userId}", "updateUser", "Change a user", manage, patch), s.patchUser)
	web.Register(server, route("DELETE", "/users/{userId}", "deleteUser", "Delete a user", manage, gone), s.deleteUser)
	web.Register(server, route("POST", "/users/{userId}/deactivate", "deactivateUser", "Keep a user from signing in", manage, plain), s.postDeactivate)
	web.Register(server, route("POST", "/users/{userId}/reactivate", "reactivateUser", "Let a user sign in again", manage, plain), s.postReactivate)
	web.Register(server, route("GET", "/roles", "listRoles", "List roles", read, plain), s.getRoles)
	web.Register(server, route("POST", "/roles", "createRole", "Make a custom role", manage, made), s.postRole)
	web.Register(server, route("PATCH", "/roles/{roleId}", "updateRole", "Change a custom role", manage, plain), s.patchRole)
	web.Register(server, route("DELETE", "/roles/{roleId}", "deleteRole", "Delete a custom role", manage, gone), s.deleteRole)
}

// What is embedded in an input is exported: huma reads it only then.
type (
	// UserInput names a user.
	UserInput struct {
		User string `doc:"Id or e-mail." path:"userId"`
	}
	newUserInput    struct{ Body api.UserInput }
	userChangeInput struct {
		UserInput
		Body api.UserChange
	}
	userOutput struct{ Body api.User }

	// RoleInput names a role.
	RoleInput struct {
		Role string `doc:"Id, slug or name." path:"roleId"`
	}
	newRoleInput    struct{ Body api.RoleInput }
	roleChangeInput struct {
		RoleInput
		Body api.RoleChange
	}
	roleOutput struct{ Body api.Role }

	nothing struct{}
)

type usersInput struct {
	web.PageInput
	Roles  []string `doc:"Ids, slugs or names of roles." query:"roleMatchesAny,explode"`
	Status string   `enum:"invited,active,deactivated" query:"status"`
	Text   string   `doc:"Part of name or e-mail." query:"q"`
}

type usersOutput struct{ Body web.Page[api.User] }

func (s *Service) getUsers(ctx context.Context, in *usersInput) (*usersOutput, error) {
	c := caller.From(ctx)
	after, err := web.DecodeCursor(in.PageCursor, 1)
	if err != nil {
		return nil, err
	}
	q := UserQuery{Limit: in.Size(), Status: Status(in.Status), Text: in.Text}
	if after != nil {
		q.After = UserID(after[0])
	}
	if q.Roles, err = s.roleIDs(ctx, c, in.Roles); fault.KindOf(err) == fault.Invalid {
		return nil, web.InQuery("roleMatchesAny", "%v", err)
	} else if err != nil {
		return nil, err
	}
	users, more, err := s.Page(ctx, c, q)
	if err != nil {
		return nil, err
	}
	page := make([]api.User, len(users))
	for i, u := range users {
		page[i] = u.wire(c.Workspace)
	}
	cursor := func(u api.User) string { return web.EncodeCursor(u.ID) }
	return &usersOutput{web.NewPage(page, cursor, more, after != nil)}, nil
}

// roleIDs answers the ids of roles that are named one by one or joined by
// commas.
func (s *Service) roleIDs(ctx context.Context, c caller.Caller, refs []string) (ids []RoleID, err error) {
	err = s.db.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		ids = nil
		for _, ref := range refs {
			for part := range strings.SplitSeq(ref, ",") {
				role, err := s.FindRole(ctx, tx, c.Workspace.Number, part)
				if err != nil {
					return err
				}
				ids = append(ids, role.ID)
			}
		}
		return nil
	})
	return ids, err
}

// answer is the end of every route that answers a user.
func answer(ctx context.Context, u User, err error) (*userOutput, error) {
	if err != nil {
		return nil, err
	}
	return &userOutput{u.wire(caller.From(ctx).Workspace)}, nil
}

func (s *Service) postUser(ctx context.Context, in *newUserInput) (*userOutput, error) {
	u, err := s.Create(ctx, caller.From(ctx), NewUser{Email: in.Body.Email, Name: in.Body.Name, Role: in.Body.Role})
	return answer(ctx, u, err)
}

func (s *Service) getUser(ctx context.Context, in *UserInput) (*userOutput, error) {
	u, err := s.Get(ctx, caller.From(ctx), in.User)
	return answer(ctx, u, err)
}

func (s *Service) patchUser(ctx context.Context, in *userChangeInput) (*userOutput, error) {
	changes, err := parseUserChange(in.Body)
	if err != nil {
		return nil, err
	}
	u, err := s.Update(ctx, caller.From(ctx), in.User, changes)
	return answer(ctx, u, err)
}

func (s *Service) deleteUser(ctx context.Context, in *UserInput) (*nothing, error) {
	return nil, s.Delete(ctx, caller.From(ctx), in.User)
}

func (s *Service) postDeactivate(ctx context.Context, in *UserInput) (*userOutput, error) {
	u, err := s.Deactivate(ctx, caller.From(ctx), in.User)
	return answer(ctx, u, err)
}

func (s *Service) postReactivate(ctx context.Context, in *UserInput) (*userOutput, error) {
	u, err := s.Reactivate(ctx, caller.From(ctx), in.User)
	return answer(ctx, u, err)
}

type rolesInput struct{ web.PageInput }

type rolesOutput struct{ Body web.Page[api.Role] }

func (s *Service) getRoles(ctx context.Context, in *rolesInput) (*rolesOutput, error) {
	after, err := web.DecodeCursor(in.PageCursor, 1)
	if err != nil {
		return nil, err
	}
	all, err := s.Roles(ctx, caller.From(ctx))
	if err != nil {
		return nil, err
	}
	last := "" // of the page before; below every id
	if after != nil {
		last = after[0]
	}
	var page []api.Role
	for _, role := range all {
		if string(role.ID) > last {
			page = append(page, role.wire())
		}
	}
	size := min(len(page), in.Size())
	cursor := func(r api.Role) string { return web.EncodeCursor(r.ID) }
	return &rolesOutput{web.NewPage(page[:size], cursor, len(page) > size, after != nil)}, nil
}

func (s *Service) postRole(ctx context.Context, in *newRoleInput) (*roleOutput, error) {
	r, err := s.CreateRole(ctx, caller.From(ctx), NewRole{Areas: in.Body.Areas, Name: in.Body.Name})
	if err != nil {
		return nil, err
	}
	return &roleOutput{r.wire()}, nil
}

func (s *Service) patchRole(ctx context.Context, in *roleChangeInput) (*roleOutput, error) {
	r, err := s.UpdateRole(ctx, caller.From(ctx), in.Role, RoleChanges{Areas: in.Body.Areas, Name: in.Body.Name})
	if err != nil {
		return nil, err
	}
	return &roleOutput{r.wire()}, nil
}

func (s *Service) deleteRole(ctx context.Context, in *RoleInput) (*nothing, error) {
	return nil, s.DeleteRole(ctx, caller.From(ctx), in.Role)
}

// windowSchema documents the one member that may be absent, null or an object,
// which no Go type says to huma.
func windowSchema(schemas huma.Registry) func(*huma.Operation) {
	return func(*huma.Operation) {
		instant := func() *huma.Schema { return &huma.Schema{Type: huma.TypeString, Format: "date-time"} }
		window := &huma.Schema{
			AdditionalProperties: false,
			Description:          schemas.Map()["UserChange"].Properties["auditWindow"].Description,
			Nullable:             true,
			Properties:           map[string]*huma.Schema{"endDate": instant(), "startDate": instant()},
			Required:             []string{"endDate", "startDate"},
			Type:                 huma.TypeObject,
		}
		window.PrecomputeMessages()
		schemas.Map()["UserChange"].Properties["auditWindow"] = window
	}
}

// parseUserChange reads what the schema has let through.
func parseUserChange(in api.UserChange) (Changes, error) {
	changes := Changes{Email: in.Email, Name: in.Name, Role: in.Role}
	if in.AuditWindow == nil {
		return changes, nil
	}
	var window *struct {
		EndDate   web.Time `json:"endDate"`
		StartDate web.Time `json:"startDate"`
	}
	if err := json.Unmarshal(in.AuditWindow, &window); err != nil {
		return Changes{}, fault.At(fault.Problem{
			Pointer: "/auditWindow", Message: "must be null or have startDate and endDate, as RFC 3339 times",
		})
	}
	var to *caller.Window
	if window != nil {
		to = &caller.Window{From: db.Time(window.StartDate.Millis()), To: db.Time(window.EndDate.Millis())}
	}
	changes.Window = &to
	return changes, nil
}

// wire answers the user as the contract has it (manage-api.md, User).
func (u User) wire(w caller.Workspace) api.User {
	out := api.User{
		ID: string(u.ID), OrganizationID: w.ID, Email: u.Email,
		DisplayName: u.Name, Role: u.Role.ref(), Status: string(u.Status), Source: string(u.Source), RoleSource: u.RoleFrom.wire(),
		CreatedDate: timeText(u.CreatedAt), UpdatedDate: timeText(u.UpdatedAt), DeactivatedDate: maybeText(u.DeactivatedAt),
	}
	out.GivenName, out.FamilyName = splitName(u.Name)
	if u.Window != nil {
		out.AuditWindow = &api.AuditWindow{StartDate: timeText(u.Window.From), EndDate: timeText(u.Window.To)}
	}
	return out
}

func (f RoleFrom) wire() string {
	if f == RoleHere {
		return "here"
	}
	return string(f)
}

// splitName takes the last of several words for the family's; nil for what is
// not there.
func splitName(name string) (given, family *string) {
	if name == "" {
		return nil, nil
	}
	i := strings.LastIndex(name, " ")
	if i < 0 {
		return &name, nil
	}
	first, last := strings.TrimSpace(name[:i]), name[i+1:]
	return &first, &last
}

func maybeText(at *time.Time) *string {
	if at == nil {
		return nil
	}
	text := timeText(*at)
	return &text
}

func (r Role) ref() api.RoleRef { return api.RoleRef{ID: string(r.ID), Slug: r.Slug, Name: r.Name} }

func (r RoleCount) wire() api.Role {
	out := api.Role{
		RoleRef: r.ref(), Description: r.Summary, BuiltIn: r.BuiltIn(), MayOwn: r.MayOwn, Permissions: []string{}, UserCount: r.Users,
	}
	for _, p := range r.Grants {
		out.Permissions = append(out.Permissions, string(p))
	}
	if !r.BuiltIn() {
		out.Areas = map[string]string{}
		for name, level := range r.Areas {
			out.Areas[name] = string(level)
		}
	}
	return out
}
