// SPDX-License-Identifier: Apache-2.0

package emulator

import (
	"bytes"

	"github.com/passmuster/muster/internal/json"
)

// Limits are calls a minute for each application; 0 is none.
type Limits struct {
	Audit       int `json:"audit"`
	Integration int `json:"integration"`
	Manage      int `json:"manage"`
	OAuth       int `json:"oauth"`
}

type applicationLine struct {
	Kind         string   `json:"kind"` // application
	Name         string   `json:"name"`
	Type         string   `json:"type"`
	ID           string   `json:"id"`
	ClientID     string   `json:"clientId"`
	ClientSecret string   `json:"clientSecret"`
	Scopes       []string `json:"scopes"`
}

type resourceLine struct {
	Kind       string `json:"kind"` // resource
	Name       string `json:"name"`
	BaseType   string `json:"baseType"`
	Path       string `json:"path"`
	ResourceID string `json:"resourceId"`
}

type serverLine struct {
	Kind   string `json:"kind"` // server
	URL    string `json:"url"`
	Limits Limits `json:"limits"`
}

// Lines answers the estate as JSON lines. The line of kind server is the last one: who
// has read it has read all, and the server takes requests.
func (e Estate) Lines(url string, limits Limits) ([]byte, error) {
	var all []any
	for _, a := range e.Applications {
		all = append(all, applicationLine{"application", a.Name, a.Type, a.ID, a.ClientID, a.ClientSecret, a.Scopes})
	}
	for _, r := range e.Resources {
		all = append(all, resourceLine{"resource", r.Name, r.BaseType, r.Path, r.ResourceID})
	}
	var out bytes.Buffer
	for _, line := range append(all, serverLine{"server", url, limits}) {
		text, err := json.Marshal(line)
		if err != nil {
			return nil, err
		}
		out.Write(text)
		out.WriteByte('\n')
	}
	return out.Bytes(), nil
}
