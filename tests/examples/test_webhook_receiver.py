"""The receiver in examples/ takes what we send, once, and nothing else."""

from __future__ import annotations

import json
import threading
from http.client import HTTPConnection
from http.server import ThreadingHTTPServer
from typing import TYPE_CHECKING

import pytest

from console.webhooks.message import body_of
from console.webhooks.signature import headers, new_secret
from examples.webhook_receiver import Inbox, NotSigned, make_handler, verify
from tests.kit.fed_events import fed
from tests.kit.told_events import told

if TYPE_CHECKING:
    from collections.abc import Iterator

SECRET = new_secret()
BODY = body_of([told(fed(1)), told(fed(2))], personal=False)
NOW = 1_795_353_773.0


def test_what_we_sign_is_verified() -> None:
    verify([SECRET.reveal()], headers([SECRET], "m1", BODY, now=NOW), BODY, now=NOW + 60)
    verify([new_secret().reveal(), SECRET.reveal()], headers([SECRET], "m1", BODY, now=NOW), BODY, now=NOW)


def test_what_is_changed_old_or_signed_by_another_is_refused() -> None:
    signed = headers([SECRET], "m1", BODY, now=NOW)
    secrets = [SECRET.reveal()]
    for wrong, body, now in (
        (signed, BODY + b" ", NOW),
        ({**signed, "webhook-id": "m2"}, BODY, NOW),
        (signed, BODY, NOW + 301),
        ({**signed, "webhook-timestamp": "soon"}, BODY, NOW),
        ({}, BODY, NOW),
    ):
        with pytest.raises(NotSigned):
            verify(secrets, wrong, body, now=now)
    with pytest.raises(NotSigned):
        verify([new_secret().reveal()], signed, BODY, now=NOW)


def test_what_comes_twice_is_taken_once() -> None:
    inbox = Inbox()
    events = json.loads(BODY)["events"]
    assert [each["cursor"] for each in inbox.take(events)] == ["1", "2"]
    assert inbox.take(events) == []


@pytest.fixture
def port() -> Iterator[int]:
    with ThreadingHTTPServer(("127.0.0.1", 0), make_handler([SECRET.reveal()], Inbox())) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


def test_it_answers_as_the_delivery_expects(port: int, capsys: pytest.CaptureFixture[str]) -> None:
    import time

    def post(sent: dict[str, str]) -> int:
        connection = HTTPConnection("127.0.0.1", port, timeout=5)
        connection.request("POST", "/events", BODY, sent)
        status = connection.getresponse().status
        connection.close()
        return status

    assert post(headers([SECRET], "m1", BODY, now=time.time())) == 204
    assert post(headers([new_secret()], "m1", BODY, now=time.time())) == 401
    assert capsys.readouterr().out.count("queue.joined") == 2
