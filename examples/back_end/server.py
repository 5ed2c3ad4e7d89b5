"""A client company's system in one file: signatures, idempotency, and every action with test cards, in memory.

It takes nothing from Centralita's own code: what it knows of requests is what docs/back-end.md says. Begin your own
from it, and put your system where the functions under "actions" are.
"""

from __future__ import annotations

import hmac
import json
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from aiohttp import web

Json = dict[str, Any]
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

FRESH = 300  # seconds that a request's time may be off
SAFE = frozenset({"/v1/account/balance", "/v1/account/movements", "/v1/customer/find", "/v1/payment/query"})
# They change nothing, so that they are answered anew each time.
ELEMENTS = ("birth", "postcode", "pesel", "dni", "nie", "ssn", "otp", "account")

CUSTOMERS: dict[str, Json] = {
    "c-1": {"phone": "+34600000001", "birth": "19800201", "balance": "125040 EUR", "due": "31050 EUR"},
    "c-2": {"phone": "+34600000002", "birth": "19751231", "balance": "-4210 EUR", "due": "4210 EUR"},
}
CARDS: dict[str, Json] = {
    "4111111111111111": {"customer": "c-1", "state": "inactive", "funds": 300000},
    "5555555555554444": {"customer": "c-2", "state": "active", "funds": 300000},
    "9999990000000014": {"customer": "c-1", "state": "active", "funds": 0},
    "9999990000000022": {"customer": "c-1", "state": "lost", "funds": 0},
}


class Company:
    """What the company knows; a real one has a database."""

    def __init__(self, key: bytes, clock: Callable[[], float]) -> None:
        self.key, self.clock = key, clock
        self.cards = {number: dict(card) for number, card in CARDS.items()}
        self.nonces: dict[str, float] = {}
        self.answers: dict[
            str, tuple[str, Json]
        ] = {}  # by idempotency key: keyed hash of the question, answer
        self.charges: list[tuple[str, int]] = []  # idempotency key and amount


COMPANY = web.AppKey("company", Company)


def make_app(key: bytes, clock: Callable[[], float] = time.time) -> web.Application:
    """The server; `key` is the secret that Centralita signs with."""
    app = web.Application(middlewares=[signed], client_max_size=16 * 1024)
    app[COMPANY] = Company(key, clock)
    app.add_routes([web.post(path, answer) for path in ACTIONS])
    return app


@web.middleware
async def signed(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse what is not signed with our key, is stale, or came before."""
    company, head = request.app[COMPANY], request.headers
    stamp, nonce = head.get("Centralita-Time", ""), head.get("Centralita-Nonce", "")
    lines = ("POST", request.rel_url.raw_path, stamp, nonce, head.get("Idempotency-Key", ""), "")
    mac = hmac.new(company.key, "\n".join(lines).encode(), "sha256")
    mac.update(await request.read())
    given = head.get("Centralita-Signature", "").encode("utf-8", "surrogateescape")
    now = company.clock()
    if not hmac.compare_digest(mac.hexdigest().encode(), given):
        return web.json_response({"error": "signature"}, status=401)
    company.nonces = {each: at for each, at in company.nonces.items() if now - at <= 2 * FRESH}
    if not stamp.isdigit() or abs(now - int(stamp)) > FRESH or nonce in company.nonces:
        return web.json_response({"error": "time or nonce"}, status=401)
    company.nonces[nonce] = now
    return await handler(request)


async def answer(request: web.Request) -> web.Response:
    """Carry out each idempotency key once: what is asked again gets the answer that there was."""
    company, key, body = (
        request.app[COMPANY],
        request.headers.get("Idempotency-Key", ""),
        await request.read(),
    )
    # Keyed, because a plain hash of a card number can be tried out.
    asked = hmac.new(company.key, request.path.encode() + body, "sha256").hexdigest()
    if request.path not in SAFE and key in company.answers:
        before, said = company.answers[key]
        if before != asked:
            return web.json_response({"error": "another question had this key"}, status=409)
        return web.json_response(said)
    try:
        said = ACTIONS[request.path](company, json.loads(body), key)
    except (ValueError, KeyError, TypeError, AttributeError):
        return web.json_response({"error": "question"}, status=400)
    if request.path not in SAFE:
        company.answers[key] = (asked, said)
    return web.json_response(said)


def _proven(company: Company, question: Json) -> tuple[str, Json] | None:
    """Customer and card, when everything that was given fits; which of it does not is never told."""
    given, caller = question["fields"], question.get("caller")
    for number, card in company.cards.items():
        customer = CUSTOMERS[card["customer"]]
        # An ending is shared by many cards: the caller's number finds the customer, and proves nothing.
        by_ending = number[-4:] == given.get("last4") and customer["phone"] == caller
        if number == given.get("card") or ("card" not in given and by_ending):
            elements = {name: given[name] for name in ELEMENTS if name in given}
            fits = elements and all(customer.get(name) == value for name, value in elements.items())
            return (card["customer"], card) if fits else None
    return None


def verify(company: Company, question: Json, key: str) -> Json:
    """identity.verify."""
    customer, card = _proven(company, question) or ("", {})
    if not customer:
        return {"result": "no_match"}
    return {"result": "fraud"} if card["state"] == "lost" else {"result": "ok", "customer": customer}


def change(company: Company, question: Json, key: str, *, state: str) -> Json:
    """card.activate and card.block."""
    customer, card = _proven(company, question) or ("", {})
    if not customer:
        return {"result": "no_match"}
    if card["state"] == "lost" and state != "lost":
        return {"result": "fraud"}
    result = "already" if card["state"] == state else "ok"
    card["state"] = state
    return {"result": result, "customer": customer}


def charge(company: Company, question: Json, key: str) -> Json:
    """payment.charge."""
    given = question["fields"]
    card, amount = company.cards.get(given["card"]), int(given["amount"])
    if card is not None and card["state"] == "lost":
        return {"result": "fraud"}
    if card is None or len(given["cvv"]) != (4 if len(given["card"]) == 15 else 3):
        return {"result": "declined", "decline": "hard"}
    if amount > card["funds"]:
        return {"result": "declined", "decline": "soft"}
    company.charges.append((key, amount))
    number, ending = len(company.charges), given["card"][-4:]
    facts = {"last4": ending, "reference": f"R{number:05d}"}
    token = {"token": f"tok-{number:05d}", "last4": ending, "expiry": given["expiry"]}
    return {"result": "approved", "facts": facts, "token": token}


def query(company: Company, question: Json, key: str) -> Json:
    """payment.query: what became of a charge."""
    known = company.answers.get(question["fields"]["charge"], ("", {"result": "absent"}))[1]
    return known if known["result"] in ("approved", "declined") else {"result": "absent"}


def balance(company: Company, question: Json, key: str) -> Json:
    """account.balance."""
    return {
        "result": "ok",
        "facts": {name: CUSTOMERS[question["customer"]][name] for name in ("balance", "due")},
    }


def movements(company: Company, question: Json, key: str) -> Json:
    """account.movements."""
    day = (datetime.fromtimestamp(company.clock(), UTC) - timedelta(days=1)).date().isoformat()
    return {"result": "ok", "facts": {"movement1_amount": "-2599 EUR", "movement1_date": day}}


def find(company: Company, question: Json, key: str) -> Json:
    """customer.find."""
    for known in CUSTOMERS.values():
        if known["phone"] == question.get("caller"):
            return {"result": "found", "facts": {"segment": "standard", "due": known["due"]}}
    return {"result": "none"}


def open_case(company: Company, question: Json, key: str) -> Json:
    """case.open."""
    return {"result": "ok", "facts": {"reference": f"C{len(company.answers) + 1:05d}"}}


ACTIONS: dict[str, Callable[[Company, Json, str], Json]] = {
    "/v1/identity/verify": verify,
    "/v1/card/activate": partial(change, state="active"),
    "/v1/card/block": partial(change, state="lost"),
    "/v1/payment/charge": charge,
    "/v1/payment/query": query,
    "/v1/account/balance": balance,
    "/v1/account/movements": movements,
    "/v1/customer/find": find,
    "/v1/case/open": open_case,
}
