# SPDX-License-Identifier: Apache-2.0
"""What a shipped integration does: token, sync_all, list_all. Standard library only."""

import json
import os
import sys
import time
import urllib.error
import urllib.request

BASE = os.environ["MUSTER_URL"]
RESOURCE_ID = os.environ["RESOURCE_ID"]
ROUNDS = int(os.environ.get("ROUNDS", "1"))
waited = 0


def call(method, path, body=None, token=None):
    """One request; 429 is asked again after Retry-After."""
    global waited
    headers = {"Accept": "application/json", "Content-Type": "application/json"}
    if token:
        headers["Authorization"] = "Bearer " + token
    data = json.dumps(body).encode() if body is not None else None
    while True:
        request = urllib.request.Request(BASE + path, data=data, method=method, headers=headers)
        try:
            with urllib.request.urlopen(request) as answer:
                return answer.status, answer.headers, json.load(answer)
        except urllib.error.HTTPError as error:
            body_of_error = json.load(error)
            if error.code != 429:
                return error.code, error.headers, body_of_error
            same(set(body_of_error) >= {"error", "message"}, True, "429 names error and message")
            for name in ("X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset"):
                int(error.headers[name])
            waited += 1
            time.sleep(int(error.headers["Retry-After"]))


def same(got, want, what):
    if got != want:
        sys.exit(f"{what}: got {got!r}, want {want!r}")


def account(name):
    return {
        "displayName": name, "uniqueId": name, "externalUrl": "https://id.example.com/" + name, "fullName": name,
        "accountName": name, "email": name + "@example.com", "permissionLevel": "BASE",
        "createdTimestamp": "2025-01-15T09:00:00Z", "status": "ACTIVE", "mfaEnabled": True, "mfaMethods": ["OTP"],
        "authMethod": "PASSWORD",
    }


status, headers, token = call("POST", "/oauth/token", {
    "client_id": os.environ["CLIENT_ID"], "client_secret": os.environ["CLIENT_SECRET"], "grant_type": "client_credentials",
    "scope": "connectors.self:write-resource connectors.self:read-resource",
})
same(status, 200, "token")
same(set(token), {"access_token", "expires_in", "token_type"}, "members of the token")
same((token["expires_in"], token["token_type"], token["access_token"][:4]), (3600, "Bearer", "vat_"), "token")
same(headers["Cache-Control"], "no-store", "Cache-Control")

records = [account("ada"), account("grace")]
for _ in range(ROUNDS):
    status, headers, answer = call("PUT", "/v1/resources/user_account/sync_all", {"resourceId": RESOURCE_ID, "resources": records}, token["access_token"])
    same((status, answer), (200, {"success": True}), "sync_all")
    int(headers["X-RateLimit-Remaining"])

status, _, answer = call("GET", "/v1/resources/user_account/list_all?resourceId=" + RESOURCE_ID, token=token["access_token"])
same((status, set(answer)), (200, {"resources"}), "list_all")
for sent, read in zip(records, sorted(answer["resources"], key=lambda r: r["uniqueId"]), strict=True):
    same(set(read) - {"deletedAt"}, set(sent) | {"createdAt", "updatedAt"}, "members of a record")
    same({name: read[name] for name in sent}, sent, "record")

bad = dict(account("eve"))
del bad["fullName"]
status, _, answer = call("PUT", "/v1/resources/user_account/sync_all", {"resourceId": RESOURCE_ID, "resources": [bad]}, token["access_token"])
same((status, answer["error"], answer["message"]), (400, "/0: must have property 'fullName'", "/0: must have property 'fullName'"), "a bad record")
print(json.dumps({"waited": waited}))
