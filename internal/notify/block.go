// SPDX-License-Identifier: Apache-2.0

package notify

import (
	"strings"

	"github.com/passmuster/muster/internal/json"
)

// Slack's bounds of a message: https://docs.slack.dev/reference/block-kit/blocks.
const (
	maxBlocks    = 45 // of 50, so that the last ones say what is left out
	maxBlockText = 2900
)

// slackMessage is what an incoming webhook takes.
type slackMessage struct {
	Blocks      []slackBlock `json:"blocks"`
	Text        string       `json:"text"` // of what shows no blocks: notifications, readers
	UnfurlLinks bool         `json:"unfurl_links"`
	UnfurlMedia bool         `json:"unfurl_media"`
}

type slackBlock struct {
	Elements []slackText `json:"elements,omitzero"`
	Text     *slackText  `json:"text,omitzero"`
	Type     string      `json:"type"`
}

type slackText struct {
	Text     string `json:"text"`
	Type     string `json:"type"`
	Verbatim bool   `json:"verbatim,omitzero"` // names and addresses in it turn into no mention and no link
}

// escapeSlack takes from words what Slack reads as more than text: nobody is mentioned
// by the name of a record (https://docs.slack.dev/messaging/formatting-message-text).
func escapeSlack(text string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(text)
}

// link answers a link of ours, whose words are somebody else's.
func link(url, words string) string {
	return "<" + url + "|" + strings.ReplaceAll(escapeSlack(words), "|", "¦") + ">"
}

// slack answers the letter as the body of a request to an incoming webhook.
func (l letter) slack() ([]byte, error) {
	m := slackMessage{Text: escapeSlack(l.subject())}
	left := int64(0)
	for _, s := range l.Sections {
		m.Blocks = append(m.Blocks, slackBlock{Type: "header", Text: &slackText{Type: "plain_text", Text: s.Title}})
		for _, one := range s.Items {
			if len(m.Blocks) >= maxBlocks {
				left++
				continue
			}
			m.Blocks = append(m.Blocks, mrkdwn(one.slack()))
		}
		if s.MoreText() != "" {
			m.Blocks = append(m.Blocks, mrkdwn(escapeSlack(s.MoreText())))
		}
	}
	if len(m.Blocks) > maxBlocks {
		m.Blocks = m.Blocks[:maxBlocks]
	}
	if left > 0 {
		m.Blocks = append(m.Blocks, mrkdwn("And "+count(left, "thing")+" more."))
	}
	m.Blocks = append(m.Blocks, slackBlock{Type: "context", Elements: []slackText{{
		Type: "mrkdwn", Text: link(l.Base+"/", "Muster") + ", workspace " + escapeSlack(l.house()), Verbatim: true,
	}}})
	return json.Marshal(m)
}

func mrkdwn(text string) slackBlock {
	return slackBlock{Type: "section", Text: &slackText{Type: "mrkdwn", Text: text, Verbatim: true}}
}

func (i item) slack() string {
	name := "*" + escapeSlack(i.Name) + "*"
	if i.URL != "" {
		name = "*" + link(i.URL, i.Name) + "*"
	}
	lines := []string{name}
	if i.Name == "" {
		lines = nil
	}
	size := len(name)
	for _, sentence := range i.Sentences {
		escaped := escapeSlack(sentence)
		if size += len(escaped) + 1; size > maxBlockText {
			break // whole sentences: half of an escape would be another character
		}
		lines = append(lines, escaped)
	}
	return strings.Join(lines, "\n")
}
