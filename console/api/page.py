"""The description of the interface as a page for people: one file that asks nobody else for anything."""

from __future__ import annotations

import html
import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


def page(found: Mapping[str, Any]) -> str:
    """The page for an OpenAPI document."""
    operations = [
        (method, path, operation)
        for path, methods in found["paths"].items()
        for method, operation in methods.items()
    ]
    tags = [each["name"] for each in found["tags"]]
    parts = [_section(tag, [each for each in operations if tag in each[2]["tags"]]) for tag in tags]
    links = " ".join(f'<a href="#{tag}">{html.escape(tag)}</a>' for tag in tags)
    schemas = "".join(_schema(name, one) for name, one in found["components"]["schemas"].items())
    said = html.escape(found["info"]["description"])
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>Centralita: the interface</title>'
        f"<style>{_STYLE}</style><h1>Centralita: the interface</h1><p>{said}</p><nav>{links}</nav>"
        f"{''.join(parts)}<h2>What is sent and answered</h2>{schemas}</html>"
    )


_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}"
    "code,pre{font:14px/1.4 ui-monospace,monospace}pre{background:#f4f4f4;padding:.75rem;overflow:auto}"
    "summary{cursor:pointer}nav a{margin-right:.75rem}details{border-bottom:1px solid #ddd;padding:.4rem 0}"
    "b{display:inline-block;min-width:4.5rem}"
    "@media(prefers-color-scheme:dark){body{background:#111;color:#ddd}pre{background:#222}a{color:#8bf}}"
)


def _section(tag: str, operations: Iterable[tuple[str, str, Mapping[str, Any]]]) -> str:
    shown = "".join(_operation(*each) for each in operations)
    return f'<h2 id="{html.escape(tag)}">{html.escape(tag)}</h2>{shown}'


def _operation(method: str, path: str, operation: Mapping[str, Any]) -> str:
    permission = operation.get("x-permission", "none")
    rest = {key: operation[key] for key in ("parameters", "requestBody", "responses") if key in operation}
    return (
        f"<details><summary><b>{method.upper()}</b> <code>{html.escape(path)}</code> "
        f"{html.escape(operation['summary'])}</summary><p>{html.escape(operation.get('description', ''))}</p>"
        f"<p>Permission: <code>{html.escape(permission)}</code></p>{_pre(rest)}</details>"
    )


def _schema(name: str, one: object) -> str:
    return f'<details id="{html.escape(name)}"><summary><code>{html.escape(name)}</code></summary>{_pre(one)}</details>'


def _pre(value: object) -> str:
    return f"<pre>{html.escape(json.dumps(value, indent=2, ensure_ascii=False))}</pre>"
