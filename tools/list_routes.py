"""Writes docs/api.md: the rules of the interface, and every route with its permission, from the declarations."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING

from console.api.route import ANYBODY, PUBLIC
from console.offered import PARTS

if TYPE_CHECKING:
    from console.api.route import Route

HEAD = """\
<!-- Made by tools/docs.py from the routes in console/: change those, or tools/list_routes.py. -->
# The interface over HTTP

A node describes itself: `/api/v1/openapi.json` (OpenAPI 3.1, also in [api.openapi.yaml](api.openapi.yaml)),
`/api/v1/docs`.

* **Who asks** sends `Authorization: Bearer KEY`, or a session's cookie ([people.md](people.md)). Permissions
  are those of [roles.md](roles.md). What is another client company's is as if it were not there. *Own*: agents
  may do it for themselves.
* **What is sent** is JSON in UTF-8, read strictly: unknown fields and parameters are refused, and every mistake
  is told at once. Bodies have 64 KiB at most. `by` says in whose name something is done, and only the node's
  own key may say it.
* **Errors** are problem documents (RFC 9457): `code` is a word that stays as it is, `detail` is for people,
  `errors` lists mistakes as `{"pointer": "/body/seconds", "detail": "must be more than 0"}`. 400 is no JSON,
  422 what is wrong in it, 409 what does not fit just now, 429 and 503 what may do later.
* **Lists** are `{"items": [...], "next": CURSOR}`: ask again with `?cursor=CURSOR` until `next` is null. What
  is new meanwhile shifts nothing. `limit` is 100, at most 1000.
* **Once**: a POST that begins a call takes `Idempotency-Key`. Sent again with the same key and body it is not
  done again, and answered as before (`Idempotency-Replayed: true`), for a day and while the node runs.
* **Edits**: where an answer has an `ETag`, `If-Match` with it refuses an edit of what has changed since (412).
* **How much**: a person or key may ask 50 times a second and 200 times at once, strangers less; more is answered
  429 `too_many_requests` with `Retry-After`. [centre.yaml](settings.md) sets it.
* **Pages of other sites** get nothing: there is no CORS, and no answer is shown in a frame. Every answer has
  `X-Request-Id`; the log has it as `request`.

`centralita` talks to a running node by the same routes.
"""


def page() -> str:
    """The whole page."""
    routes = [each for part in PARTS for each in part]
    tags = sorted({each.tag for each in routes})
    return HEAD + "".join(_section(tag, [each for each in routes if each.tag == tag]) for tag in tags)


def _section(tag: str, routes: list[Route]) -> str:
    ordered = sorted(routes, key=lambda each: (each.path, each.method))
    rows = "".join(f"| `{each.method} {each.path}` | {_summary(each)} | {_who(each)} |\n" for each in ordered)
    return f"\n## {tag[0].upper()}{tag[1:]}\n\n| route | what | permission |\n|---|---|---|\n{rows}"


def _summary(route: Route) -> str:
    return inspect.cleandoc(route.handler.__doc__ or "").partition("\n")[0].replace("|", "\\|")


def _who(route: Route) -> str:
    if route.permission == PUBLIC:
        return "everybody"
    if route.permission == ANYBODY:
        return "whoever has signed in"
    return f"`{route.permission}`" + (", own" if route.own is not None else "")
