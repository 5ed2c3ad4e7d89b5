"""A receiver of webhooks that checks signatures: run it with the secret that `centralita webhook add` showed.

    WEBHOOK_SECRET=whsec_... python -m examples.webhook_receiver --port 9000

Nothing but Python is needed. It prints each event, takes none twice, and refuses what is not signed, or too old.
"""

from __future__ import annotations

import argparse
import base64
import hmac
import json
import os
import sys
import time
from collections import OrderedDict
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

TOLERANCE = 300
"""Seconds that clocks may differ: an older request may be one that somebody recorded."""
LARGEST = 4 << 20
REMEMBERED = 100_000
"""Events whose identifiers are kept, to tell what comes twice."""


class NotSigned(Exception):
    """A request is not from who holds the secret."""


def verify(secrets: Iterable[str], headers: Mapping[str, str], body: bytes, *, now: float) -> None:
    """Check one request (Standard Webhooks). Raises NotSigned."""
    name, stamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not stamp.isdigit() or abs(now - int(stamp)) > TOLERANCE:
        raise NotSigned("the time is missing or too far off")
    signed = f"{name}.{stamp}.".encode() + body
    given = headers.get("webhook-signature", "").split()
    for secret in secrets:
        key = base64.b64decode(secret.removeprefix("whsec_"))
        right = "v1," + base64.b64encode(hmac.digest(key, signed, "sha256")).decode()
        if any(hmac.compare_digest(right.encode(), each.encode()) for each in given):
            return
    raise NotSigned("no signature is right")


class Inbox:
    """Events, each taken once: what is delivered again after a fault of either side is known by its `id`."""

    def __init__(self) -> None:
        """Empty."""
        self._known: OrderedDict[str, None] = OrderedDict()

    def take(self, events: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
        """Those that are new, in order."""
        found = []
        for each in events:
            if each["id"] not in self._known:
                self._known[each["id"]] = None
                found.append(each)
        while len(self._known) > REMEMBERED:
            self._known.popitem(last=False)
        return found


def make_handler(secrets: list[str], inbox: Inbox) -> type[BaseHTTPRequestHandler]:
    """What answers requests."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length", "0"))
            if not 0 < length <= LARGEST:
                self.send_error(413)
                return
            body = self.rfile.read(length)
            try:
                named = {name.lower(): value for name, value in self.headers.items()}
                verify(secrets, named, body, now=time.time())
            except NotSigned as error:
                self.send_error(401, str(error))
                return
            for event in inbox.take(json.loads(body)["events"]):
                sys.stdout.write(f"{event['at']} {event['type']} {event['contact'] or '-'} {event['data']}\n")
            sys.stdout.flush()
            # Only now: what is answered with 2xx is not sent again.
            self.send_response(204)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - named by the library
            """Events are enough to read."""

    return Handler


def main() -> None:
    """Listen until interrupted."""
    parser = argparse.ArgumentParser(description="Receive webhooks of Centralita.")
    parser.add_argument("--port", type=int, default=9000)
    chosen = parser.parse_args()
    # Two while the secret is being changed: the new one and the one before.
    secrets = os.environ.get("WEBHOOK_SECRET", "").split()
    if not secrets:
        parser.error("WEBHOOK_SECRET holds the secret that `centralita webhook add` showed")
    with ThreadingHTTPServer(("127.0.0.1", chosen.port), make_handler(secrets, Inbox())) as server:
        sys.stdout.write(f"listening on 127.0.0.1:{server.server_port}\n")
        sys.stdout.flush()
        server.serve_forever()


if __name__ == "__main__":
    main()
