"""A callback as the text that is kept on disk, and back."""

from __future__ import annotations

import json
from dataclasses import asdict, fields
from enum import Enum
from typing import Any

from base.compact import compact_text
from routing.callbacks.callback import Callback, Missed, Order, Try, Wish
from routing.callbacks.states import CallbackState

_WISH = {each.name for each in fields(Wish)}
_CALLBACK = {each.name for each in fields(Callback)}


def to_json(callback: Callback) -> dict[str, Any]:
    """As JSON values: for the disk, and for people."""
    return {name: _plain(value) for name, value in asdict(callback).items()}


def written(callback: Callback) -> str:
    """As one line of text."""
    return compact_text(to_json(callback))


def read(text: str) -> Callback:
    """What was written; fields of a later version are passed over. Raises ValueError, KeyError and TypeError."""
    data = {name: value for name, value in json.loads(text).items() if name in _CALLBACK}
    wish = {name: value for name, value in data.pop("wish").items() if name in _WISH}
    wish["requires"] = tuple((skill, least) for skill, least in wish["requires"])
    wish["attributes"] = tuple((name, value) for name, value in wish["attributes"])
    tries = tuple(
        Try(each["at"], each["contact"], Missed(each["result"]) if each["result"] is not None else None)
        for each in data.pop("tries")
    )
    order, state = Order(data.pop("order")), CallbackState(data.pop("state"))
    return Callback(wish=Wish(**wish), tries=tries, order=order, state=state, **data)


def _plain(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(each) for each in value]
    return value
