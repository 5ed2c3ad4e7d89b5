"""The OpenAPI description of a client company's system, from the actions and the forms that answers are read by."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import yaml

from ivr.actions import ACTIONS, IDENTIFYING
from ivr.answers import CHARGING, FACT_FORMS, QUERY, TokenBody, facts_of, results_of
from ivr.io.back_end.http import SAFE, path_of
from ivr.io.back_end.signature import (
    IDEMPOTENCY_HEADER,
    KEY_HEADER,
    NONCE_HEADER,
    SIGNATURE_HEADER,
    TIME_HEADER,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

HEAD = "# Generated from ivr/actions.py and ivr/answers.py; `make docs` renews it.\n"
HOUSE = frozenset({"callback.promise"})
"""What the centre does itself, and asks of nobody."""
SUMMARIES = {
    "identity.verify": "Whether a caller is a customer",
    "card.activate": "Activate a card",
    "card.block": "Block a card that was lost",
    "payment.charge": "Charge a card, once for each key",
    "payment.query": "What became of a charge",
    "account.balance": "Balance and amount due of an identified customer",
    "account.movements": "The last movements of an identified customer",
    "customer.find": "What is known of the caller's number, which proves nothing",
    "case.open": "A request that somebody has to see to",
}
HEADERS = {
    IDEMPOTENCY_HEADER: ("CONTACT:NUMBER; the same when a question is sent again", r"^[^\s:]+:[0-9]+$"),
    KEY_HEADER: ("which key signed", "^[0-9a-f]{16}$"),
    TIME_HEADER: ("Unix time in seconds", "^[0-9]+$"),
    NONCE_HEADER: ("never the same twice", "^[0-9a-f]{32}$"),
    SIGNATURE_HEADER: ("HMAC-SHA-256; see back-end.md", "^[0-9a-f]{64}$"),
}


def page() -> str:
    """The page's text."""
    return HEAD + yaml.safe_dump(description(), sort_keys=False, width=110, allow_unicode=True)


def actions() -> Iterator[str]:
    """What is asked of client companies' systems."""
    yield from (name for name in ACTIONS if name not in HOUSE)
    yield QUERY


def description() -> dict[str, Any]:
    """The whole of it as data."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "A client company's system, as Centralita asks it",
            "version": "1",
            "description": "How to sign, what to answer and what is asked again: back-end.md.",
        },
        "servers": [{"url": "https://bank.example/ivr", "description": "`url:` of the client's file"}],
        "paths": {path_of(action): {"post": _operation(action)} for action in actions()},
        "components": {
            "parameters": {
                name: {
                    "name": name,
                    "in": "header",
                    "required": True,
                    "description": told,
                    "schema": {"type": "string", "pattern": form},
                }
                for name, (told, form) in HEADERS.items()
            },
            "schemas": {
                "Error": {
                    "type": "object",
                    "properties": {"error": {"type": "string"}},
                    "description": "Not read: the status alone counts.",
                },
                "Token": _token(),
            },
        },
    }


def _operation(action: str) -> dict[str, Any]:
    again = " May be sent again at any time." if action in SAFE else ""
    return {
        "operationId": action,
        "summary": SUMMARIES[action],
        "description": f"Results: {', '.join(results_of(action))}.{again}",
        "parameters": [{"$ref": f"#/components/parameters/{name}"} for name in HEADERS],
        "requestBody": {"required": True, "content": {"application/json": {"schema": _question(action)}}},
        "responses": {
            "200": {
                "description": "the answer",
                "content": {"application/json": {"schema": _answer(action)}},
            },
            "400": _refusal("not understood; nothing was done"),
            "401": _refusal("signature, time or nonce; nothing was done"),
            "409": _refusal("another question had this key, or the same one is still at work"),
            "5XX": _refusal("failed; whether anything was done is not known"),
        },
    }


def _refusal(told: str) -> dict[str, Any]:
    return {
        "description": told,
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}},
    }


def _question(action: str) -> dict[str, Any]:
    properties: dict[str, Any] = {
        "client": {"type": "string", "description": "the client company's name in the centre"},
        "contact": {"type": "string", "description": "the call"},
        "caller": {"type": "string", "description": "the caller's number; may be withheld or forged"},
        "attestation": {"enum": ["A", "B", "C"], "description": "how far the number is proven (STIR)"},
        "customer": {"type": "string", "description": "as an earlier answer in this call named the customer"},
        "fields": _fields(action),
    }
    identified = action in ACTIONS and ACTIONS[action].identified
    return {
        "type": "object",
        "properties": properties,
        "required": ["client", "contact", "fields", *(["customer"] if identified else [])],
    }


def _fields(action: str) -> dict[str, Any]:
    """All of them text. A form may send more than its action needs."""
    text = {"type": "string"}
    if action == QUERY:
        return {"type": "object", "properties": {"charge": text}, "required": ["charge"]}
    groups = ACTIONS[action].needs
    needed = {name: {**text, "description": kind} for group in groups for name, kind in group.items()}
    if action == "payment.charge":
        needed["amount"] = {**text, "pattern": "^[0-9]+$", "description": "minor units"}
        needed["currency"] = {**text, "pattern": "^[A-Z]{3}$"}
    found: dict[str, Any] = {"type": "object", "properties": needed, "additionalProperties": text}
    if action == "payment.charge":
        found["required"] = list(needed)
    elif groups:
        found["allOf"] = [{"anyOf": [{"required": [name]} for name in group]} for group in groups]
    return found


def _answer(action: str) -> dict[str, Any]:
    properties: dict[str, Any] = {"result": {"enum": list(results_of(action))}}
    facts = facts_of(action)
    if facts:
        properties["facts"] = {
            "type": "object",
            "properties": {name: {"type": "string", "pattern": f"^{FACT_FORMS[name]}$"} for name in facts},
            "additionalProperties": False,
        }
    if action in IDENTIFYING:
        properties["customer"] = {
            "type": "string",
            "pattern": "^[A-Za-z0-9_.:-]{1,64}$",
            "description": "with ok and already: how to name the customer in later questions of the call",
        }
    if action in CHARGING:
        properties["decline"] = {"enum": ["soft", "hard"], "description": "with declined; hard unless given"}
        properties["token"] = {"$ref": "#/components/schemas/Token"}
    return {"type": "object", "properties": properties, "required": ["result"], "additionalProperties": False}


def _token() -> dict[str, Any]:
    """With the forms that answers are read by."""
    schema = TokenBody.model_json_schema()
    properties = {
        name: {"type": "string", "pattern": each["pattern"]} for name, each in schema["properties"].items()
    }
    return {
        "type": "object",
        "description": "What the card may be called by later; kept only with store_tokens.",
        "properties": properties,
        "required": ["token"],
        "additionalProperties": False,
    }
