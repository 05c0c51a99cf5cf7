# SPDX-License-Identifier: Apache-2.0
"""An SMTP server for tests. Started by package mailtest, which reads its output.

Options are the first argument, written as a URL's query; so is each line of output:
absent=why, port=n, or a message that was taken. The server ends when its standard
input does.
"""

import asyncio
import base64
import logging
import ssl
import sys
import warnings
from urllib.parse import parse_qs, urlencode


def say(**line):
    print(urlencode(line, doseq=True), flush=True)


# Tests provoke what aiosmtpd warns of.
logging.disable()
warnings.simplefilter("ignore")

try:
    from aiosmtpd.smtp import SMTP, AuthResult
except ImportError as problem:
    say(absent=f"{sys.executable}: {problem}")
    sys.exit(0)

given = parse_qs(sys.argv[1])
options = {name: given.get(name, [""])[0] for name in ("certificate", "key", "password", "tls", "user")}


class Handler:
    async def handle_RCPT(self, server, session, envelope, address, rcpt_options):
        local = address.split("@")[0]
        if local == "refused":
            return "550 5.1.1 no such mailbox"
        if local == "busy":
            return "451 4.3.0 try again later"
        if local == "hanging":
            await asyncio.Event().wait()
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        say(
            data=envelope.original_content,
            encrypted="yes" if server.transport.get_extra_info("ssl_object") else "",
            to=envelope.rcpt_tos,
            user=session.auth_data or "",
            **{"from": envelope.mail_from},
        )
        return "250 OK"


def authenticate(server, session, envelope, mechanism, data):
    login, password = data.login.decode(), data.password.decode()
    if (login, password) == (options["user"], options["password"]):
        return AuthResult(success=True, auth_data=login)
    # Some servers repeat what they were sent; nothing of it may reach a log.
    repeated = base64.b64encode(data.password).decode()
    return AuthResult(success=False, handled=False, message=f"535 5.7.8 no: {password} {repeated}")


def protocol(context):
    return SMTP(
        Handler(),
        hostname="mailtest",
        enable_SMTPUTF8=True,
        tls_context=context if options["tls"] == "starttls" else None,
        require_starttls=options["tls"] == "starttls",
        authenticator=authenticate,
        auth_required=bool(options["user"]),
        auth_require_tls=False,
        auth_exclude_mechanism=given.get("without", []),
    )


async def main():
    context = None
    if options["tls"]:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(options["certificate"], options["key"])
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: protocol(context), "127.0.0.1", 0, ssl=context if options["tls"] == "implicit" else None
    )
    say(port=server.sockets[0].getsockname()[1])
    ended = asyncio.Event()
    loop.add_reader(sys.stdin.fileno(), lambda: sys.stdin.buffer.read1() or ended.set())
    await ended.wait()


asyncio.run(main())
