// SPDX-License-Identifier: Apache-2.0

package notify

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// SlackPoster posts to incoming webhooks.
type SlackPoster struct {
	// Client decides which addresses may be reached and how long it may take.
	Client *http.Client
	Now    func() time.Time
}

// lastWords are answers after which a webhook never takes anything again
// (https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks#handling_errors).
func lastWords() []string {
	return []string{
		"action_prohibited", "channel_is_archived", "channel_not_found", "invalid_token", "no_active_hooks", "no_service", "no_service_id", "no_team",
		"posting_to_general_channel_denied", "team_disabled", "user_not_found",
	}
}

// Post hands a message to a webhook. Errors never hold the URL: a [*Later] when it is too
// much at once, a [*Gone] when the webhook is.
func (p SlackPoster) Post(ctx context.Context, to string, message []byte) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, to, bytes.NewReader(message))
	if err != nil {
		return errors.New("the channel has no address that can be asked")
	}
	request.Header.Set("Content-Type", "application/json; charset=utf-8")
	response, err := p.Client.Do(request)
	if err != nil {
		return fmt.Errorf("%s cannot be reached: %w", request.URL.Host, inner(err))
	}
	defer response.Body.Close()
	const enough = 200
	text, err := io.ReadAll(io.LimitReader(response.Body, enough))
	if err != nil {
		return fmt.Errorf("%s broke off: %w", request.URL.Host, inner(err))
	}
	said := plain(strings.ReplaceAll(string(text), to, "…"))
	refusal := fmt.Sprintf("%s answered %d %s", request.URL.Host, response.StatusCode, said)
	switch {
	case response.StatusCode/100 == 2:
		return nil
	case response.StatusCode == http.StatusTooManyRequests:
		return &Later{After: p.after(response.Header.Get("Retry-After")), Message: refusal}
	case response.StatusCode == http.StatusGone, response.StatusCode == http.StatusNotFound, slices.Contains(lastWords(), strings.TrimSpace(said)):
		return &Gone{Message: refusal}
	}
	return errors.New(refusal)
}

// after reads Retry-After (RFC 9110 section 10.2.3): seconds, or a date. A minute where it
// says nothing.
func (p SlackPoster) after(text string) time.Duration {
	if seconds, err := strconv.ParseInt(text, 10, 32); err == nil && seconds >= 0 {
		return time.Duration(seconds) * time.Second
	}
	if at, err := http.ParseTime(text); err == nil {
		return at.Sub(p.Now())
	}
	return time.Minute
}

// inner answers an error without the URL that http.Client puts around it.
func inner(err error) error {
	var outer *url.Error
	if errors.As(err, &outer) {
		return outer.Err
	}
	return err
}
