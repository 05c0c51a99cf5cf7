// SPDX-License-Identifier: Apache-2.0

package signin

import "context"

// Hashes answers how many hashes were computed.
func (s *Service) Hashes() int64 { return s.hashes.Load() }

// SignInSlowly is SignIn with something in between: after the password was found
// to be right and before that counts.
func (s *Service) SignInSlowly(ctx context.Context, workspace, email, password string, between func()) (Outcome, error) {
	w, err := s.workspace(ctx, workspace)
	if err != nil {
		return Outcome{}, err
	}
	a := &attempt{email: email, password: password, workspace: w.Caller()}
	if err := s.begin(ctx, a); err != nil {
		return Outcome{}, err
	}
	if !s.verify(a.hash, a.password) {
		return Outcome{}, s.fail(ctx, a)
	}
	between()
	return s.succeed(ctx, a)
}
