// SPDX-License-Identifier: Apache-2.0

package evidence

// sentence is how one action is told.
type sentence struct {
	action string
	when   string // see account.fits; a row with a condition stands above the one without
	text   string
}

// lockout says why the guard of Admins refused something.
const lockout = ": it would have left the workspace without an Admin who can sign in"

// sentences are the actions that general words would not tell well; an action
// without a row has account.general. A row's values:
//
//	{actor} {subject}        who and what, by name
//	{whom} {whose}           the subject, "themselves" when it is the actor; "Bob's", or "their own"
//	{before role}            a changed field as it was; {after role} as it is
//	{changes}                all changes in words; {changes but active} without those of a field
//	{address}                where the request came from
//	{reason}                 a member of the body; {a|b} takes the first that says anything
//	{count files}            a number in the body with what it counts: 1 file, 2 files
//	{words method}           a member of the body that is a word of the code
//	[ because {reason}]      goes when a value in it is empty
//
// Rows are sorted by action; the first that fits counts.
var sentences = []sentence{
	{"access_review.account_back", "", "The account {account} in {system} is active again and back in the access review {subject}"},
	{"access_review.account_gone", "", "The account {account} in {system} is gone before anybody decided on it in the access review {subject}"},
	{"access_review.cancelled", "", "{actor} cancelled the access review {subject}[ (reason: {reason})]"},
	{"access_review.completed", "", "{actor} completed the access review {subject}: {count accounts}, {kept} kept, {toBeRemoved} to be removed, {removed} removed, {gone} gone"},
	{"access_review.created", "", "{actor} drafted the access review {subject} of {count systems}"},
	{"access_review.deleted", "", "{actor} deleted the draft of the access review {subject}"},
	{"access_review.due_soon", "", "The access review {subject} is to be completed by {due}"},
	{"access_review.edited", "", "{actor} changed the access review {subject}[: {changes}]"},
	{"access_review.kept", "", "{actor} decided in the access review {subject} that {account} in {system} is kept[ (was {was})][ (reason: {reason})]"},
	{"access_review.overdue", "", "The access review {subject} is overdue since {due}"},
	{"access_review.removal_asked_for", "", "{actor} decided in the access review {subject} that {account} in {system} is to be removed[ by {due}][ (was {was})][ (reason: {reason})]"},
	{"access_review.removal_passed", "", "The account {account} in {system} is gone, as the access review {subject} asked for"},
	{"access_review.removal_reopened", "", "The account {account} in {system} is active again, which the access review {subject} wants removed"},
	{"access_review.started", "", "{actor} started the access review {subject} of {count accounts} in {count systems}"},

	{"account.found_by_e_mail", "", "Accounts were linked to {subject} by e-mail: {linked}[ ({accounts})]"},
	{"account.linked_by_e_mail", "", "Accounts of {subject} were linked to people by e-mail: {linked}"},
	{"account.owner_cleared", "", "{actor} took {subject}[ in {system}] away from {before owner}"},
	{"account.owner_set", "", "{actor} said that {subject}[ in {system}] belongs to {after owner}[ (was {before owner})]"},
	{"account.released", "", "Accounts of {subject}, who is no person here any more, were released: {linked}[ ({accounts})]"},

	{"application.configured", "", "{actor} changed the settings of the application {subject}[: {changes}]"},
	{"application.installed", "", "{actor} installed the application {subject}[ of {publisher}]"},
	{"application.secret_rotated", "", "{actor} gave the application {subject} a new secret"},

	{"connection.allowed", "", "{actor} allowed {subject}[ of {publisher}] to push what it calls {source}[ ({scopes})]"},
	{"connection.disconnected", "reason=customer_disconnected", "{actor} disconnected {source} of {subject}"},
	{"connection.disconnected", "reason=partner_disconnected", "{subject} disconnected {source} itself"},
	{"connection.disconnected", "", "{source} of {subject} was disconnected[: {why}]"},
	{"connection.made", "", "{subject} connected {source}[, as {allowedBy} allowed]"},
	{"connection.refused", "", "{actor} refused {subject}[ of {publisher}] what it calls {source}"},
	{"connection.token_reuse_detected", "", "{source} of {subject} was disconnected[: {why}]"},

	{"control.added_from_the_library", "", "{actor} added the control {subject} from the library"},
	{"control.created", "", "{actor} created the control {subject}[ ({externalId})]"},
	{"control.document_added", "", "{actor} made the document {after document} evidence for the control {subject}"},
	{"control.document_removed", "", "{actor} took the document {before document} from the evidence of the control {subject}"},
	{"control.edited", "", "{actor} edited the control {subject}[: {changes}]"},
	{"control.owner_changed", "", "{actor} changed the owner of the control {subject}: {changes}"},
	{"control.removed", "", "{actor} took the control {subject} out of use"},
	{"control.requirement_added", "", "{actor} mapped the control {subject} to the requirement {after requirement}"},
	{"control.requirement_removed", "", "{actor} took the control {subject} from the requirement {before requirement}"},
	{"control.requirements_changed", "", "{actor} changed what the control {subject} is mapped to: {changes}"},
	{"control.test_added", "", "{actor} made the test {after test} evidence for the control {subject}"},
	{"control.test_removed", "", "{actor} took the test {before test} from the evidence of the control {subject}"},

	{"definition.created", "", "{actor} created the resource definition {subject}[ ({base})]"},
	{"definition.edited", "changes=name", "{actor} renamed the resource definition {before name} to {after name}"},
	{"definition.edited", "", "{actor} edited the resource definition {subject}[: {changes}]"},

	{"directory.activated", "", "The directory {subject} is active: its provider's first list arrived[ from {address}]"},
	{"directory.client_deleted", "", "{actor} deleted the client {after client} of the directory {subject}, and with it the tokens that it got"},
	{"directory.client_keys_changed", "", "{actor} changed the public keys of the client {after client} of the directory {subject}[: {changes but client}]"},
	{"directory.client_made", "", "{actor} made the client {after client} for the directory {subject}[: {changes but client}]"},
	{"directory.client_secret_made", "", "{actor} made the secret {after secret} for the client {after client} of the directory {subject}"},
	{"directory.client_secret_revoked", "", "{actor} revoked the secret {before secret} of the client {after client} of the directory {subject}"},
	{"directory.created", "", "{actor} connected the directory {subject}[ ({after provider})]"},
	{"directory.deleted", "", "{actor} deleted the directory {subject}, and with it what it granted"},

	{"directory.error", "", "Requests of the directory {subject} began to fail with the status {status}[: {problem}]"},

	{"directory.group.created", "", "{actor} added the group {subject}[ to the directory {directory}]"},
	{"directory.group.deleted", "", "{actor} deleted the group {subject}[ of the directory {directory}]"},
	{"directory.group.updated", "changes=displayName", "{actor} renamed the group {before displayName}[ of the directory {directory}] to {after displayName}"},
	{"directory.group.updated", "", "{actor} changed the group {subject}[ of the directory {directory}][: {changes}]"},
	{"directory.group.user_added", "", "{actor} added {after member} to the group {subject}[ of the directory {directory}]"},
	{"directory.group.user_removed", "", "{actor} removed {before member} from the group {subject}[ of the directory {directory}]"},

	{"directory.link_made", "", "{actor} made a one-time link to the set-up of the directory {subject}[, which {after link}]"},
	{"directory.link_opened", "", "{actor} opened the set-up of the directory {subject}[ from {address}]"},
	{"directory.link_taken_back", "", "{actor} took a one-time link to the set-up of the directory {subject} back"},
	{"directory.mapping_changed", "", "{actor} changed which groups of the directory {subject} give which role[: {changes}]"},
	{"directory.mass_deactivation", "", "{actor} deactivated an unusual share of its users within an hour: {deactivated} of {users}"},

	{"directory.request_repeated", "", "{actor} repeated a request of the directory {subject}[: {after request}, answered {after status}][ (was {before status})]"},
	{"directory.switched_off", "", "{actor} switched the directory {subject} off, and with it the accounts that it manages"},
	{"directory.switched_on", "", "{actor} switched the directory {subject} on"},
	{"directory.token_made", "", "{actor} made the token {after token} for the directory {subject}"},
	{"directory.token_revoked", "", "{actor} revoked the token {before token} of the directory {subject}"},

	{"directory.user.adopted", "", "{actor} handed the account of {subject} over to the directory[ {after managed by}][: {changes but managed by}]"},
	{"directory.user.created", "after active=no", "{actor} added the user {subject}[ to the directory {directory}], not active[, with the role {after role}]"},
	{"directory.user.created", "", "{actor} added the user {subject}[ to the directory {directory}][ with the role {after role}]"},
	{"directory.user.deleted", "", "{actor} deleted the user {subject}[ of the directory {directory}]"},
	{"directory.user.updated", "after active=no", "{actor} deactivated the user {subject}[ of the directory {directory}][, with further changes: {changes but active}]"},
	{"directory.user.updated", "after active=yes", "{actor} reactivated the user {subject}[ of the directory {directory}][, with further changes: {changes but active}]"},
	{"directory.user.updated", "changes=role", "{actor} gave the user {subject}[ of the directory {directory}] the role {after role}[ (was {before role})]"},
	{"directory.user.updated", "", "{actor} changed the user {subject}[ of the directory {directory}][: {changes}]"},

	{"directory.warning_dismissed", "", "{actor} dismissed a warning of the directory {subject}[: {before warning}]"},

	{"document.created", "", "{actor} asked for the document {subject}"},
	{"document.deactivated", "", "{actor} made the document {subject} not relevant[ until {until}][ (reason: {reason})]"},
	{"document.deactivation_ended", "", "The document {subject} is relevant again: the date came"},
	{"document.deleted", "", "{actor} deleted the document {subject}"},
	{"document.due", "", "The document {subject} is due: what it has is too old since {due}"},
	{"document.due_soon", "", "The document {subject} becomes due on {due}"},
	{"document.edited", "", "{actor} edited the document {subject}[: {changes}]"},
	{"document.file_deleted", "", "{actor} took the file[ {file}] from the document {subject}"},
	{"document.file_uploaded", "", "{actor} uploaded the file[ {file}] for the document {subject}"},
	{"document.link_added", "", "{actor} added the link[ {link}] to the document {subject}"},
	{"document.link_removed", "", "{actor} took the link[ {link}] from the document {subject}"},
	{"document.owner_changed", "", "{actor} changed the owner of the document {subject}: {changes}"},
	{"document.reactivated", "", "{actor} made the document {subject} relevant again"},
	{"document.submitted", "links=0", "{actor} submitted the document {subject}: {count files}"},
	{"document.submitted", "files=0", "{actor} submitted the document {subject}: {count links}"},
	{"document.submitted", "", "{actor} submitted the document {subject}: {count files} and {count links}"},

	{"exception.approved", "condition", "{actor} approved that the test {subject} leaves out every record of which holds: {condition}[ until {until}] (asked for by {requester}, reason: {reason})"},
	{"exception.approved", "", "{actor} approved that the test {subject} leaves out {name|entity}[ until {until}] (asked for by {requester}, reason: {reason})"},
	{"exception.deactivated", "condition", "{actor} left every record out of the test {subject} of which holds: {condition}[ until {until}][ (reason: {reason})]"},
	{"exception.deactivated", "", "{actor} left {name|entity} out of the test {subject}[ until {until}][ (reason: {reason})]"},
	{"exception.declined", "condition", "{actor} declined that the test {subject} leaves out every record of which holds: {condition} (asked for by {requester}): {comment}"},
	{"exception.declined", "", "{actor} declined that the test {subject} leaves out {name|entity} (asked for by {requester}): {comment}"},
	{"exception.expired", "condition", "The exception from the test {subject} of every record of which holds: {condition}, came to its end"},
	{"exception.expired", "", "The exception of {name|entity} from the test {subject} came to its end"},
	{"exception.file_attached", "condition", "{actor} attached {file} to the exception from the test {subject} of every record of which holds: {condition}"},
	{"exception.file_attached", "", "{actor} attached {file} to the exception of {name|entity} from the test {subject}"},
	{"exception.reactivated", "condition", "{actor} took every record back into the test {subject} of which holds: {condition}"},
	{"exception.reactivated", "", "{actor} took {name|entity} back into the test {subject}"},
	{"exception.requested", "condition", "{actor} asked to leave every record out of the test {subject} of which holds: {condition}[ until {until}] (reason: {reason})"},
	{"exception.requested", "", "{actor} asked to leave {name|entity} out of the test {subject}[ until {until}] (reason: {reason})"},
	{"exception.withdrawn", "condition", "{actor} took back the request to leave every record out of the test {subject} of which holds: {condition}"},
	{"exception.withdrawn", "", "{actor} took back the request to leave {name|entity} out of the test {subject}"},

	{"exception_settings.updated", "", "{actor} changed what exceptions of {subject} go by[: {changes}]"},

	{"framework.added_from_the_catalogue", "", "{actor} brought the framework {subject} into use"},
	{"framework.created", "", "{actor} made the framework {subject} with {count requirements}"},
	{"framework.edited", "", "{actor} edited the framework {subject}[: {changes}]"},
	{"framework.removed", "", "{actor} took the framework {subject} out of use"},

	{"group.members_added", "", "{actor} added {after member} to the group {subject}"},
	{"group.members_removed", "", "{actor} removed {before member} from the group {subject}"},
	{"group.renamed", "", "{actor} renamed the group {before name} to {after name}"},

	{"invitation.created", "", "{actor} made an invitation link for {subject}"},

	{"lockout.prevented", "attempt=deactivation", "Muster kept {actor} from deactivating {whom}" + lockout},
	{"lockout.prevented", "attempt=deletion", "Muster kept {actor} from deleting {whom}" + lockout},
	{"lockout.prevented", "attempt=departure", "Muster kept {actor} from noting that {subject} has left" + lockout},
	{"lockout.prevented", "attempt=provisioning", "Muster kept {actor} from changing the account of {subject}" + lockout},
	{"lockout.prevented", "attempt=removal of a passkey", "Muster kept {actor} from removing {whose} passkey" + lockout},
	{"lockout.prevented", "attempt=role change", "Muster kept {actor} from taking the role Admin from {whom}" + lockout},
	{"lockout.prevented", "attempt=update", "Muster kept {actor} from changing the account of {subject}" + lockout},
	{"lockout.prevented", "attempt", "Muster refused {actor} the {attempt}" + lockout + "; the last is {subject}"},
	{"lockout.prevented", "", "Muster refused {actor} a change" + lockout + "; the last is {subject}"},

	{"mapping.deleted", "", "{actor} stopped showing the records of {subject} as {words as}"},
	{"mapping.set", "", "{actor} set how the records of {subject} are shown as {words as}"},

	{"notification_channel.created", "", "{actor} lets Slack be told at {subject}[ ({after address})]"},
	{"notification_channel.deleted", "", "{actor} took away the Slack channel {subject}"},
	{"notification_channel.disabled", "", "The Slack channel {subject} was switched off: {because}"},
	{"notification_channel.updated", "", "{actor} changed the Slack channel {subject}[: {changes}]"},
	{"notification_preference.updated", "self", "{actor} changed what they are told[: {changes}]"},
	{"notification_preference.updated", "", "{actor} changed what {subject} is told[: {changes}]"},
	{"notification_settings.updated", "", "{actor} changed what notifications go by[: {changes}]"},

	{"passkey.added", "self", "{actor} added the passkey {passkey} to their own account"},
	{"passkey.added", "", "{actor} added the passkey {passkey} to the account of {subject}"},
	{"passkey.refused", "", "A sign-in with {whose} passkey {passkey} was refused[: {why}]"},
	{"passkey.removed", "", "{actor} removed {whose} passkey {passkey}"},
	{"passkey.renamed", "", "{actor} renamed {whose} passkey {before name} to {after name}"},

	{"password.set", "self", "{actor} set a new password for their own account"},
	{"password.set", "", "{actor} set a new password for {subject}"},

	{"person.leave_cleared", "", "{actor} cleared the leave of {subject}[ {before leave}]"},
	{"person.leave_set", "", "{actor} set the leave of {subject}[ {after leave}]"},
	{"person.left", "", "{actor} noted that {subject} has left"},
	{"person.marked_as_a_person", "", "{actor} marked {subject} as a person again"},
	{"person.marked_as_not_a_person", "", "{actor} marked {subject} as not a person[ (reason: {after notPersonReason})]"},
	{"person.offboarded", "", "{actor} offboarded {subject}[, acknowledged by {acknowledgedBy}]"},
	{"person.people_imported", "", "{actor} imported people: {created} new, {updated} changed"},
	{"person.released", "", "{actor} released {subject}, whom the source no longer knows"},
	{"person.returned", "", "{actor} noted that {subject} has returned"},

	{"policy.acceptance_recorded", "", "{actor} recorded that {person} has accepted version {version} of the policy {subject}[ (how it is known: {reason})]"},
	{"policy.accepted", "", "{actor} accepted version {version} of the policy {subject}"},
	{"policy.replaced", "", "{actor} edited the policy {subject}"},
	{"policy.version_approved", "", "{actor} approved version {version} of the policy {subject}"},
	{"policy.version_drafted", "", "{actor} wrote version {version} of the policy {subject}"},
	{"policy.version_returned", "", "{actor} returned version {version} of the policy {subject}[ (reason: {reason})]"},
	{"policy.version_submitted", "", "{actor} asked for the approval of version {version} of the policy {subject}"},

	{"program.begun", "", "The workspace {subject} began with {controls} controls and the frameworks that Muster brings along"},

	{"recovery_codes.replaced", "self", "{actor} replaced their recovery codes"},
	{"recovery_codes.replaced", "", "{actor} replaced {whose} recovery codes"},

	{"remediation.due_soon", "count=1", "A record must be remediated soon under the test {subject}"},
	{"remediation.due_soon", "", "{count} records must be remediated soon under the test {subject}"},
	{"remediation.miss_acknowledged", "", "{actor} acknowledged that {entity} missed its deadline under the test {subject}[: {reason}]"},
	{"remediation.overdue", "count=1", "A record was not remediated in time under the test {subject}"},
	{"remediation.overdue", "", "{count} records were not remediated in time under the test {subject}"},

	{"resource.edited", "", "{actor} edited {subject} in {resourceKind}[: {changes}]"},
	{"role.granted", "", "{actor} gave {subject} the role {role}"},

	{"session.begun", "factor=recovery_code", "{actor} signed in with {words method} and a recovery code[ from {address}]"},
	{"session.begun", "factor=totp", "{actor} signed in with {words method} and a code of their device[ from {address}]"},
	{"session.begun", "provider", "{actor} signed in through {provider}[ from {address}]"},
	{"session.begun", "", "{actor} signed in[ with {words method}][ from {address}]"},
	{"session.ended", "", "{actor} signed out"},
	{"session.others_revoked", "", "{actor} ended all other sessions of their own"},
	{"session.refused", "", "A sign-in of {subject}[ from {address}] was refused[: {reason}]"},
	{"session.revoked", "self", "{actor} ended a session of their own"},
	{"session.revoked", "", "{actor} ended a session of {subject}"},

	{"sign_in_settings.updated", "", "{actor} changed how people sign in to the workspace {subject}[: {changes}]"},

	{"sla.created", "", "{actor} made the SLA {subject}[: {after deadline}]"},
	{"sla.deleted", "", "{actor} deleted the SLA {subject}"},
	{"sla.edited", "changes=deadline", "{actor} changed the deadline of the SLA {subject} from {before deadline} to {after deadline}"},
	{"sla.edited", "", "{actor} edited the SLA {subject}[: {changes}]"},
	{"sla_settings.updated", "", "{actor} changed what deadlines go by[: {changes}]"},

	{"source.fresh", "", "The source {subject} is fresh again"},
	{"source.stale", "", "The source {subject} is stale: its last push was on {lastPush}"},

	{"stream.created", "", "{actor} made the stream {subject} to {after url}: {after types}"},
	{"stream.deleted", "", "{actor} deleted the stream {subject}"},
	{"stream.edited", "", "{actor} changed the stream {subject}[: {changes}]"},

	{"sync.evaluated", "cause=disconnect", "{actor} disconnected a source of {subject}: {removed} removed"},
	{"sync.evaluated", "cause=exception", "{actor} had the records of {subject} judged again after a change of exceptions"},
	{"sync.evaluated", "cause=rerun", "{actor} had all records of {subject} judged again"},
	{"sync.evaluated", "cause=rule", "{actor} had the records of {subject} judged again after a change of rules"},
	{"sync.evaluated", "cause=time", "Records of {subject} were judged again because a date came"},
	{"sync.evaluated", "", "{actor} had the records of {subject} judged again"},
	{"sync.pushed", "", "{actor} pushed {subject}: {received} received, {created} created, {updated} updated, {removed} removed, {rejected} rejected"},
	{"sync.refused", "", "A push of {subject} by {actor} was refused[: {rejected} of {received} records rejected]"},

	{"test.assigned", "changes=sla", "{actor} changed the SLA of the test {subject}[ from {before sla}][ to {after sla}]"},
	{"test.assigned", "changes=subscriber", "{actor} changed who hears of the test {subject}[: {after subscriber} came][, {before subscriber} left]"},
	{"test.assigned", "", "{actor} changed what the test {subject} has: {changes}"},
	{"test.controls_changed", "", "{actor} changed the controls that the test {subject} is evidence for: {changes}"},
	{"test.deactivated", "", "{actor} deactivated the test {subject}[ until {until}][ (reason: {reason})]"},
	{"test.owner_changed", "", "{actor} changed the owner of the test {subject}: {changes}"},
	{"test.reactivated", "", "{actor} reactivated the test {subject}"},

	{"test_version.created", "version=1", "{actor} created the test {subject}[ on {resource}][: {rule}][ (reason: {reason})]"},
	{"test_version.created", "changed", "{actor} gave the test {subject} version {version}: {changes}[ (reason: {reason})]"},
	{"test_version.created", "", "{actor} gave the test {subject} version {version}[: {rule}][ (reason: {reason})]"},

	{"totp.added", "self", "{actor} set up an authenticator app as second factor"},
	{"totp.added", "", "{actor} set up an authenticator app for {subject}"},
	{"totp.removed", "self", "{actor} removed their authenticator app"},
	{"totp.removed", "", "{actor} took away {whose} authenticator app"},

	{"user.activated", "self", "{actor} took up the account"},
	{"user.activated", "", "{actor} activated the account of {subject}"},
	{"user.created", "", "{actor} added the user {subject}[ with the role {after role}]"},
	{"user.deactivated", "", "{actor} deactivated the account of {subject}"},
	{"user.linked", "self", "{actor} linked their own account to {after identityProvider}"},
	{"user.linked", "", "{actor} linked the account of {subject} to {after identityProvider}"},
	{"user.reactivated", "", "{actor} reactivated the account of {subject}"},
	{"user.role_changed", "changes=role", "{actor} gave {subject} the role {after role}[ (was {before role})]"},
	{"user.unlinked", "", "{actor} took the link to {before identityProvider} from the account of {subject}"},
	{"user.updated", "changes=role", "{actor} gave {subject} the role {after role}[ (was {before role})]"},
	{"user.updated", "", "{actor} updated the user {subject}[: {changes}]"},

	{"vulnerability.deactivated", "", "{actor} deactivated the vulnerability {subject}[ until {until}][ (reason: {reason})]"},
	{"vulnerability.miss_acknowledged", "", "{actor} acknowledged that the vulnerability {subject} was remediated late: {comment}"},
	{"vulnerability.reactivated", "because", "The vulnerability {subject} is looked after again: {because}"},
	{"vulnerability.reactivated", "", "{actor} reactivated the vulnerability {subject}"},

	{"webhook.created", "", "{actor} made the webhook {subject} to {host} for {types}"},
	{"webhook.deleted", "", "{actor} deleted the webhook {subject}"},
	{"webhook.disabled", "", "{actor} switched the webhook {subject} off[ (reason: {reason})]"},
	{"webhook.edited", "", "{actor} edited the webhook {subject}[: {changes}]"},
	{"webhook.enabled", "missed=skip", "{actor} switched the webhook {subject} on again, without what it had missed"},
	{"webhook.enabled", "", "{actor} switched the webhook {subject} on again, with what it had missed"},
	{"webhook.replayed", "delivery", "{actor} sent a delivery of the webhook {subject} again ({delivery})"},
	{"webhook.replayed", "", "{actor} sent {count} failed deliveries of the webhook {subject} again"},
	{"webhook.secret_rotated", "", "{actor} gave the webhook {subject} a new secret"},
	{"webhook.stopped", "", "The webhook {subject} was switched off: {reason}"},

	{"workspace.renamed", "", "{actor} renamed the workspace {before name} to {after name}"},
}
