// SPDX-License-Identifier: Apache-2.0

package directory

import (
	"context"
	"net/http"

	"github.com/passmuster/muster/api"
	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/web"
)

// mountGroups mounts what lies under /v1/groups.
func (s *Service) mountGroups(server *web.Server) {
	const read, write = caller.ReadPeople, caller.WritePeople
	route := func(method, path, id, summary string, p caller.Permission, status int) web.Route {
		return web.Route{
			Method: method, Path: "/v1/groups" + path, ID: id, Summary: summary, Tag: "Groups",
			Permission: p, Class: web.ClassManage, Status: status,
		}
	}
	const ok, made, gone = http.StatusOK, http.StatusCreated, http.StatusNoContent
	web.Register(server, route("GET", "", "listGroups", "List groups", read, ok), s.getGroups)
	web.Register(server, route("POST", "", "createGroup", "Create a group", write, made), s.postGroup)
	web.Register(server, route("GET", "/{groupId}", "getGroup", "Get group by ID", read, ok), s.getGroup)
	web.Register(server, route("PATCH", "/{groupId}", "updateGroup", "Rename a group made here", write, ok), s.patchGroup)
	web.Register(server, route("DELETE", "/{groupId}", "deleteGroup", "Delete a group made here", write, gone), s.deleteGroup)
	web.Register(server, route("POST", "/{groupId}/add-people", "addPeopleToGroup", "Add people to group", write, ok), s.postAddPeople)
	web.Register(server, route("GET", "/{groupId}/people", "listPeopleInGroup", "List people in a group", read, ok), s.getMembers)
	web.Register(server, route("POST", "/{groupId}/people", "addPersonToGroup", "Add person to a group", write, ok), s.postMember)
	web.Register(server, route("DELETE", "/{groupId}/people/{personId}", "removePersonFromGroup", "Remove person from a group", write, ok), s.deleteMember)
	web.Register(server, route("POST", "/{groupId}/remove-people", "removePeopleFromGroup", "Remove people from group", write, ok), s.postRemovePeople)
}

type (
	// GroupInput names a group.
	GroupInput struct {
		Group string `path:"groupId"`
	}
	groupForm struct {
		Name string `json:"name" maxLength:"200" minLength:"1"`
	}
	groupOutput struct{ Body api.Group }
)

func answerGroup(g Group, err error) (*groupOutput, error) {
	if err != nil {
		return nil, err
	}
	return &groupOutput{g.wire()}, nil
}

type groupsOutput struct{ Body web.Page[api.Group] }

func (s *Service) getGroups(ctx context.Context, in *web.PageInput) (*groupsOutput, error) {
	after, err := idCursor(in.PageCursor)
	if err != nil {
		return nil, err
	}
	groups, more, err := s.ListGroups(ctx, caller.From(ctx), GroupID(after), in.Size())
	if err != nil {
		return nil, err
	}
	page := make([]api.Group, len(groups))
	for i, g := range groups {
		page[i] = g.wire()
	}
	cursor := func(g api.Group) string { return web.EncodeCursor(g.ID) }
	return &groupsOutput{web.NewPage(page, cursor, more, after != "")}, nil
}

type newGroupInput struct{ Body groupForm }

func (s *Service) postGroup(ctx context.Context, in *newGroupInput) (*groupOutput, error) {
	return answerGroup(s.CreateGroup(ctx, caller.From(ctx), in.Body.Name))
}

func (s *Service) getGroup(ctx context.Context, in *GroupInput) (*groupOutput, error) {
	return answerGroup(s.GetGroup(ctx, caller.From(ctx), GroupID(in.Group)))
}

type editGroupInput struct {
	GroupInput
	Body groupForm
}

func (s *Service) patchGroup(ctx context.Context, in *editGroupInput) (*groupOutput, error) {
	return answerGroup(s.RenameGroup(ctx, caller.From(ctx), GroupID(in.Group), in.Body.Name))
}

func (s *Service) deleteGroup(ctx context.Context, in *GroupInput) (*nothing, error) {
	return nil, s.DeleteGroup(ctx, caller.From(ctx), GroupID(in.Group))
}

type membersOutput struct{ Body []api.Person }

func (s *Service) getMembers(ctx context.Context, in *GroupInput) (*membersOutput, error) {
	var people []Person
	err := s.EachMember(ctx, caller.From(ctx), GroupID(in.Group), func(p Person) error {
		people = append(people, p)
		return nil
	})
	if err != nil {
		return nil, err
	}
	out := &membersOutput{}
	out.Body, err = s.shown(ctx, people)
	return out, err
}

type memberInput struct {
	GroupInput
	Body idUpdate
}

func (s *Service) postMember(ctx context.Context, in *memberInput) (*personOutput, error) {
	return s.answerOf(ctx)(s.Join(ctx, caller.From(ctx), GroupID(in.Group), PersonID(in.Body.ID)))
}

type quitInput struct {
	GroupInput
	PersonInput
}

func (s *Service) deleteMember(ctx context.Context, in *quitInput) (*personOutput, error) {
	return s.answerOf(ctx)(s.Quit(ctx, caller.From(ctx), GroupID(in.Group), PersonID(in.Person)))
}

type membersInput struct {
	GroupInput
	Body idsBody
}

func (s *Service) postAddPeople(ctx context.Context, in *membersInput) (*bulkOutput, error) {
	return results(s.JoinAll(ctx, caller.From(ctx), GroupID(in.Group), in.Body.people()))
}

func (s *Service) postRemovePeople(ctx context.Context, in *membersInput) (*bulkOutput, error) {
	return results(s.QuitAll(ctx, caller.From(ctx), GroupID(in.Group), in.Body.people()))
}
