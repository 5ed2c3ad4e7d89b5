"""One request to a webhook."""

from __future__ import annotations

from console.webhooks.sending import Result, Sender
from console.webhooks.signature import new_secret


async def test_an_address_inside_is_refused_at_every_request_and_not_only_at_the_first() -> None:
    sender = Sender(lambda: ())
    for url in ("https://127.0.0.1:9/x", "https://localhost:9/x", "http://example.com/x"):
        sent = await sender.send(url, "m", b"{}", [new_secret()], now=0.0)
        assert (sent.result, sent.status) == (Result.LATER, None)
        assert "inside" in sent.words or "write https" in sent.words
    await sender.close()
