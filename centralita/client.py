"""Talks to a running node's API from the command line."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from http.client import HTTPException
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from base.errors import CentralitaError
from centralita.options import STATE
from centralita.state import HTTP_FILE, KEY_FILE

if TYPE_CHECKING:
    from pathlib import Path


PAGE = 1000
"""Items that are asked for at once."""


class NodeUnreachable(CentralitaError):
    """No node answers there, or it refused what was asked."""

    code = "node_unreachable"


class NodeRefused(NodeUnreachable):
    """The node is there, and does not do what was asked."""

    code = "node_refused"


class NodeClient:
    """One node, found through its state folder."""

    def __init__(self, state: Path, http: str | None = None) -> None:
        """Read the key, and the address unless it is given. Raises NodeUnreachable."""
        self._state = state
        try:
            self._address = http or (state / HTTP_FILE).read_text(encoding="ascii").strip()
            self._key = (state / KEY_FILE).read_text(encoding="ascii").strip()
        except OSError as error:
            raise NodeUnreachable(
                f"no node keeps its state in {state} ({error.strerror}); start one with {_start(state)}, "
                "or name the folder of another with --state"
            ) from None

    def ask(self, method: str, path: str, body: object = None, *, timeout: float = 10.0) -> dict[str, Any]:
        """One request, answered within `timeout` seconds.

        Raises NodeRefused with what the node said, NodeUnreachable when it says nothing.
        """
        content = self.fetch(method, path, body, timeout=timeout)
        try:
            found: dict[str, Any] = json.loads(content) if content else {}
        except ValueError as error:
            raise self._silent(error) from None
        return found

    def fetch(self, method: str, path: str, body: object = None, *, timeout: float = 10.0) -> bytes:
        """What is answered, as it comes. Raises as `ask` does."""
        try:
            request = urllib.request.Request(
                f"http://{self._address}{path}",
                data=None if body is None else json.dumps(body).encode(),
                method=method,
                headers={"Authorization": f"Bearer {self._key}", "Content-Type": "application/json"},
            )
            with urllib.request.urlopen(request, timeout=timeout) as answer:
                content: bytes = answer.read()
                return content
        except urllib.error.HTTPError as error:
            raise NodeRefused(_detail(error)) from None
        except urllib.error.URLError as error:
            raise self._silent(_why(error.reason)) from None
        except (OSError, ValueError, HTTPException) as error:
            raise self._silent(error) from None

    def _silent(self, why: object) -> NodeUnreachable:
        return NodeUnreachable(
            f"no node answers at {self._address}: {why}; start it with {_start(self._state)}"
        )

    def every(self, path: str, **query: str) -> dict[str, Any]:
        """A whole list, page after page, as one: `items`, and whatever else the first page told. Raises as `ask`."""
        asked = {**query, "limit": str(PAGE)}
        found = self.ask("GET", f"{path}?{urlencode(asked)}")
        cursor = found["next"]
        while cursor is not None:
            more = self.ask("GET", f"{path}?{urlencode({**asked, 'cursor': cursor})}")
            found["items"] += more["items"]
            cursor = more["next"]
        return found


def _start(state: Path) -> str:
    return "`centralita serve" + ("`" if state == STATE else f" --state {state}`")


def _why(reason: object) -> str:
    return reason.strerror or str(reason) if isinstance(reason, OSError) else str(reason)


def _detail(error: urllib.error.HTTPError) -> str:
    try:
        return str(json.load(error)["detail"])
    except (ValueError, KeyError):
        return f"the node answered {error.code}"
