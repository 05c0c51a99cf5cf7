// SPDX-License-Identifier: Apache-2.0

package api

// NotificationCategory is a kind of events that are switched together.
type NotificationCategory struct {
	ID       string `json:"id" example:"new_failures"`
	Sentence string `json:"sentence" doc:"What is told, and whom it concerns."`
	Default  string `json:"default" enum:"off,now,digest" doc:"Where neither the workspace nor the person chose."`
	Audience string `json:"audience" enum:"concerned,admins" doc:"Who hears of it unasked: whom it concerns, or Admins, as it concerns the whole workspace."`
}

// NotificationChoices are what is told and when, by category.
type NotificationChoices map[string]string

// NotificationChoicesChange changes choices; null takes one back.
type NotificationChoicesChange map[string]*string

// NotificationSettings are what notifications of a workspace go by.
type NotificationSettings struct {
	WindowSeconds int64                  `json:"windowSeconds" doc:"From the first event for somebody to the message; more join it meanwhile."`
	DigestHour    int64                  `json:"digestHour" doc:"Hour of daily digests, in the workspace's time zone (/v1/sla-settings)."`
	Choices       NotificationChoices    `json:"choices" doc:"What the workspace chose for those who chose nothing."`
	Effective     NotificationChoices    `json:"effective" doc:"With the defaults of categories that the workspace left alone."`
	Categories    []NotificationCategory `json:"categories"`
	SendsMail     bool                   `json:"sendsMail" doc:"Whether this server has a mail server to send by."`
	TimeZone      string                 `json:"timeZone" doc:"Of the hour of digests."`
}

// NotificationSettingsChange changes what is present.
type NotificationSettingsChange struct {
	WindowSeconds *int64                    `json:"windowSeconds,omitempty" doc:"0 to 86400; 0 sends at once."`
	DigestHour    *int64                    `json:"digestHour,omitempty" doc:"0 to 23."`
	Choices       NotificationChoicesChange `json:"choices,omitempty"`
}

// NotificationPreferences are what a user hears of, and how.
type NotificationPreferences struct {
	Email NotificationMailPreference   `json:"email"`
	Slack *NotificationSlackPreference `json:"slack" doc:"A channel of one's own; null for none."`
	Tests []NotificationTestChoice     `json:"tests"`

	Categories    []NotificationCategory `json:"categories" doc:"Those of which the user may hear; others their role may not read."`
	Defaults      NotificationChoices    `json:"defaults" doc:"What holds where the user chose nothing."`
	DigestHour    int64                  `json:"digestHour" doc:"Hour of daily digests."`
	SendsMail     bool                   `json:"sendsMail" doc:"Whether this server has a mail server to send by."`
	TimeZone      string                 `json:"timeZone" doc:"Of the hour of digests."`
	WindowSeconds int64                  `json:"windowSeconds" doc:"From the first event to the message; more join it meanwhile."`
}

// NotificationMailPreference is what a user hears of by mail.
type NotificationMailPreference struct {
	Enabled   bool                `json:"enabled" doc:"false: no mail at all, as who unsubscribes has it."`
	Choices   NotificationChoices `json:"choices" doc:"What the user chose."`
	Effective NotificationChoices `json:"effective" doc:"What holds, with the defaults of the workspace. Of what concerns the whole workspace only Admins hear unasked."`
}

// NotificationSlackPreference is a user's own Slack channel.
type NotificationSlackPreference struct {
	Address    string              `json:"address" doc:"Host and last four characters of the URL, which is not shown again."`
	Enabled    bool                `json:"enabled"`
	OffBecause string              `json:"offBecause,omitempty"`
	Choices    NotificationChoices `json:"choices"`
	Effective  NotificationChoices `json:"effective"`
}

// NotificationTestChoice is what a user said of one test.
type NotificationTestChoice struct {
	TestID string `json:"testId"`
	Name   string `json:"name" doc:"Empty for a test that is gone, or that one may not read any more."`
	Choice string `json:"choice" enum:"follow,mute"`
}

// NotificationPreferencesChange changes what is present.
type NotificationPreferencesChange struct {
	Email *NotificationMailChange  `json:"email,omitempty"`
	Slack *NotificationSlackChange `json:"slack,omitempty"`
}

// NotificationMailChange changes what a user hears of by mail.
type NotificationMailChange struct {
	Enabled *bool                     `json:"enabled,omitempty"`
	Choices NotificationChoicesChange `json:"choices,omitempty"`
}

// NotificationSlackChange changes what a user hears of in their own channel.
type NotificationSlackChange struct {
	Choices NotificationChoicesChange `json:"choices,omitempty"`
}

// NotificationTestInput says whether a user hears of a test.
type NotificationTestInput struct {
	Choice string `json:"choice" enum:"follow,mute"`
}

// NotificationURL is the address of an incoming webhook.
type NotificationURL struct {
	URL string `json:"url" doc:"Of an incoming webhook of Slack. It is kept sealed and never shown again."`
}

// NotificationChannel is a Slack channel of a workspace.
type NotificationChannel struct {
	ID          string              `json:"id"`
	Name        string              `json:"name"`
	Address     string              `json:"address" doc:"Host and last four characters of the URL, which is not shown again."`
	Enabled     bool                `json:"enabled"`
	OffBecause  string              `json:"offBecause,omitempty" doc:"Why it is switched off."`
	OffDate     *string             `json:"offDate,omitempty" format:"date-time"`
	Choices     NotificationChoices `json:"choices" doc:"What is not in it is off."`
	Tests       []string            `json:"tests" doc:"Ids of the tests that it is told of; none: all."`
	CreatedDate string              `json:"createdDate" format:"date-time"`
	UpdatedDate string              `json:"updatedDate" format:"date-time"`
}

// NotificationChannelInput makes a channel.
type NotificationChannelInput struct {
	Name    string                    `json:"name"`
	URL     string                    `json:"url" doc:"Of an incoming webhook of Slack. It is kept sealed and never shown again."`
	Choices NotificationChoicesChange `json:"choices,omitempty" doc:"Everything by its default when absent, but policies."`
	Tests   *[]string                 `json:"tests,omitempty" doc:"Ids or slugs of the tests that it is told of; all when absent."`
}

// NotificationChannelChange changes what is present.
type NotificationChannelChange struct {
	Name    *string                   `json:"name,omitempty"`
	URL     *string                   `json:"url,omitempty"`
	Enabled *bool                     `json:"enabled,omitempty"`
	Choices NotificationChoicesChange `json:"choices,omitempty"`
	Tests   *[]string                 `json:"tests,omitempty"`
}

// NotificationDelivery is what became of one message.
type NotificationDelivery struct {
	ID            string  `json:"id"`
	Medium        string  `json:"medium" enum:"email,slack"`
	RecipientKind string  `json:"recipientKind" enum:"user,person,channel"`
	RecipientID   string  `json:"recipientId"`
	RecipientName string  `json:"recipientName" doc:"As it is called now; empty when it is gone."`
	SentTo        string  `json:"sentTo" doc:"E-mail, or name of the channel; empty before the first try."`
	Timing        string  `json:"timing" enum:"now,digest,test"`
	State         string  `json:"state" enum:"open,ready,sending,sent,failed,dropped"`
	Subject       string  `json:"subject" doc:"As it was sent; empty before the first try."`
	Lines         int64   `json:"lines" doc:"Things that it speaks of."`
	Tries         int64   `json:"tries"`
	LastError     *string `json:"lastError" doc:"Of the last try, or why it was dropped."`
	OpenedDate    string  `json:"openedDate" format:"date-time"`
	NextDate      *string `json:"nextDate" format:"date-time" doc:"When it is sent, or tried again."`
	EndedDate     *string `json:"endedDate" format:"date-time"`

	Sections []NotificationSection `json:"sections,omitempty" doc:"What it says; where one message is asked for."`
}

// NotificationSection is a part of a message.
type NotificationSection struct {
	Title  string              `json:"title"`
	Things []NotificationThing `json:"things"`
	More   string              `json:"more" doc:"What is counted and not named; empty for nothing."`
}

// NotificationThing is what a message says of one thing.
type NotificationThing struct {
	Name      string   `json:"name"`
	Path      string   `json:"path" doc:"Of its page; empty for none."`
	Sentences []string `json:"sentences"`
}

// NotificationTest is what became of asking for messages to see whether they come: each
// is on its way, and its delivery says when it was taken, or why not.
type NotificationTest struct {
	Deliveries []NotificationDelivery `json:"deliveries"`
}
