// SPDX-License-Identifier: Apache-2.0

package scim

import "github.com/passmuster/muster/internal/web"

// Mount mounts the service provider at /scim/v2 and its set-up under
// /v1/directories.
func (s *Service) Mount(server *web.Server) {
	s.mountProtocol(server)
	s.mountSetup(server)
}
