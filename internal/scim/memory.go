// SPDX-License-Identifier: Apache-2.0

package scim

import (
	"sync"
	"time"
)

// knownFor is how long the directory behind a token is taken for what it was. A
// provider asks many times a second; what another process changes counts within
// this time, what this one changes counts at once.
const knownFor = 10 * time.Millisecond

// knownTokens bounds how many are remembered: beyond it all are forgotten.
const knownTokens = 1000

// tokenMemory remembers which directory a live token is for.
type tokenMemory struct {
	mu         sync.Mutex
	generation int64
	tokens     map[string]knownToken // by hash
}

type knownToken struct {
	directory Directory
	expires   *time.Time
	until     time.Time
}

// get answers what is remembered of a token, and the generation to put with what
// is found otherwise.
func (k *tokenMemory) get(hash []byte, now time.Time) (token knownToken, generation int64, ok bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	token, ok = k.tokens[string(hash)]
	return token, k.generation, ok && now.Before(token.until)
}

// put remembers a token as it was found, unless something has changed since the
// generation was read.
func (k *tokenMemory) put(hash []byte, generation int64, token knownToken, now time.Time) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if generation != k.generation {
		return
	}
	if k.tokens == nil || len(k.tokens) >= knownTokens {
		k.tokens = map[string]knownToken{}
	}
	token.until = now.Add(knownFor)
	k.tokens[string(hash)] = token
}

// forget is for who has changed a directory or a token.
func (k *tokenMemory) forget() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.generation++
	clear(k.tokens)
}

// memo remembers one value for a while.
type memo[T any] struct {
	mu    sync.Mutex
	until time.Time
	value T
}

// get answers the value, from find when it is not known until now.
func (m *memo[T]) get(now time.Time, lasting time.Duration, find func() (T, error)) (T, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if now.After(m.until) {
		value, err := find()
		if err != nil {
			return value, err
		}
		m.value, m.until = value, now.Add(lasting)
	}
	return m.value, nil
}
