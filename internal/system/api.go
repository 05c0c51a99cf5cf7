// SPDX-License-Identifier: Apache-2.0

package system

import (
	"context"
	"time"

	"github.com/passmuster/muster/api"
	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/jobs"
	"github.com/passmuster/muster/internal/web"
)

// Mount mounts GET /v1/system.
func (s *Service) Mount(server *web.Server) {
	web.Register(server, web.Route{
		Method: "GET", Path: "/v1/system", ID: "getSystem", Summary: "How the server stands: version, storage, jobs",
		Permission: caller.ManageWorkspaces, Class: web.ClassManage, Tag: "System",
	}, func(ctx context.Context, _ *struct{}) (*struct{ Body api.System }, error) {
		found, err := s.Look(ctx)
		if err != nil {
			return nil, err
		}
		return &struct{ Body api.System }{s.wire(found, server.BaseURL())}, nil
	})
}

func (s *Service) wire(found Standing, base string) api.System {
	body := api.System{
		Version: s.Version, StartedAt: stamp(s.Started), BaseURL: base, Mail: s.Mail, Jobs: []api.SystemJob{},
		Storage: api.SystemStorage{Engine: string(s.DB.Engine()), SchemaVersion: found.Schema, Bytes: found.Bytes, Files: "folder"},
	}
	if s.Bucket {
		body.Storage.Files = "bucket"
	}
	for _, one := range found.Jobs {
		body.Jobs = append(body.Jobs, wireJob(one))
	}
	return body
}

func wireJob(r jobs.Report) api.SystemJob {
	return api.SystemJob{
		Name: r.Name, EverySeconds: r.Every.Seconds(), LookedAt: maybeStamp(r.LookedAt), RanAt: maybeStamp(r.RanAt),
		TookMS: float64(r.Took) / float64(time.Millisecond), FailedAt: maybeStamp(r.FailedAt),
	}
}

func stamp(at time.Time) string { return web.TimeOf(db.Millis(at)).String() }

func maybeStamp(at time.Time) *string {
	if at.IsZero() {
		return nil
	}
	text := stamp(at)
	return &text
}
