// SPDX-License-Identifier: Apache-2.0

// Programs that push, whole and ready to run: the token request included.

/** What a program needs to push to one definition. */
export type Push = { clientId: string; origin: string; record: unknown; resourceId: string; secret?: string; type: string };

/** One language with its program. */
export type Snippet = { key: string; label: string; text: string };

const missing = 'PASTE_THE_SECRET';

/** JSON whose further lines stand as far in as the first. */
export const indented = (value: unknown, by: number) => JSON.stringify(value, null, 2).replaceAll('\n', `\n${' '.repeat(by)}`);

/** Asks for a token by the shell, and keeps it in $TOKEN. */
export function tokenCurl({ clientId, origin, scope, secret = missing }: { clientId: string; origin: string; scope: string; secret?: string }): string {
  return `CLIENT_SECRET='${secret}'

TOKEN=$(curl -sS ${origin}/oauth/token \\
  -H 'Content-Type: application/json' \\
  -d '{
    "client_id": "${clientId}",
    "client_secret": "'"$CLIENT_SECRET"'",
    "scope": "${scope}",
    "grant_type": "client_credentials"
  }' | sed -n 's/.*"access_token":"\\([^"]*\\)".*/\\1/p')`;
}

/** A heredoc keeps quotes out of the way of the shell. */
function curl({ clientId, origin, record, resourceId, secret, type }: Push): string {
  return `${tokenCurl({ clientId, origin, scope: 'connectors.self:write-resource connectors.self:read-resource', secret })}

curl -sS -X PUT ${origin}/v1/resources/${type} \\
  -H "Authorization: Bearer $TOKEN" \\
  -H 'Content-Type: application/json' \\
  -d @- <<'JSON'
${JSON.stringify({ resourceId, resources: [record] }, null, 2)}
JSON`;
}

function node({ clientId, origin, record, resourceId, secret = missing, type }: Push): string {
  return `const json = { 'Content-Type': 'application/json' };

const answer = await fetch('${origin}/oauth/token', {
  method: 'POST',
  headers: json,
  body: JSON.stringify({
    client_id: '${clientId}',
    client_secret: process.env.CLIENT_SECRET ?? '${secret}',
    scope: 'connectors.self:write-resource connectors.self:read-resource',
    grant_type: 'client_credentials',
  }),
});
const { access_token: token } = await answer.json();

// Always the whole set: what is left out is gone.
const pushed = await fetch('${origin}/v1/resources/${type}', {
  method: 'PUT',
  headers: { ...json, Authorization: \`Bearer \${token}\` },
  body: JSON.stringify({
    resourceId: '${resourceId}',
    resources: [
      ${indented(record, 6)},
    ],
  }),
});
console.log(pushed.status, await pushed.json());`;
}

/** JSON as Python writes it. */
export const python = (value: unknown, by: number) =>
  indented(value, by).replaceAll(/("(?:[^"\\]|\\.)*")|\b(true|false|null)\b/g, (_, text: string | undefined, word: string) => text ?? { false: 'False', null: 'None', true: 'True' }[word] ?? word);

function pythonProgram({ clientId, origin, record, resourceId, secret = missing, type }: Push): string {
  return `import json, os, urllib.request

def call(method, path, body, token=None):
    headers = {"Content-Type": "application/json"}
    if token:
        headers["Authorization"] = "Bearer " + token
    request = urllib.request.Request("${origin}" + path, json.dumps(body).encode(), headers, method=method)
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)

token = call("POST", "/oauth/token", {
    "client_id": "${clientId}",
    "client_secret": os.environ.get("CLIENT_SECRET", "${secret}"),
    "scope": "connectors.self:write-resource connectors.self:read-resource",
    "grant_type": "client_credentials",
})["access_token"]

# Always the whole set: what is left out is gone.
print(call("PUT", "/v1/resources/${type}", {
    "resourceId": "${resourceId}",
    "resources": [
        ${python(record, 8)},
    ],
}, token))`;
}

/** Answers the programs for a definition. */
export function snippets(push: Push): Snippet[] {
  return [
    { key: 'curl', label: 'curl', text: curl(push) },
    { key: 'node', label: 'Node', text: node(push) },
    { key: 'python', label: 'Python', text: pythonProgram(push) },
  ];
}
