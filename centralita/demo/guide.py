"""What a newcomer can do next: numbers to dial, phones to register, keys to press."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Group
from rich.table import Table
from rich.text import Text

from calls.destination import described
from routing.feature_codes import CODES
from sip.flow import written

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rich.console import RenderableType

    from centralita.node import Node


# No card number is written out below, not even one for tests: what is printed here ends in logs, and whoever searches
# these for card numbers (`centralita records pci-report --logs`) is to find none.
def guide(node: Node, passwords: Mapping[str, str]) -> RenderableType:
    """Tables for the terminal."""
    server = written(node.parts.sip_address)
    return Group(
        Text("Softphone accounts", style="bold"),
        Text(f"Server {server} over UDP or TCP, realm {node.parts.configuration.profiles.internal.realm}."),
        _phones(node, passwords),
        Text("\nNumbers to dial", style="bold"),
        _numbers(node),
        Text("\nCodes for agents' phones", style="bold"),
        _codes(),
        Text(
            "\nWithout a softphone: .venv/bin/centralita phone dial +34910000001 "
            f"--server {server} --bind 127.0.0.2:0 "
            '--script "until answered; record heard.wav; wait 8s; keys 0; wait 20s; hang up"'
        ),
        Text(
            "A test card: 4 and fifteen times 1 (born 01-02-1980), any future expiry; others: docs/back-end.md."
        ),
        Text("The node stays up. Ctrl-C drains and stops it."),
    )


def _table(*names: str) -> Table:
    table = Table(box=None, header_style="dim", pad_edge=False)
    for name in names:
        table.add_column(name)
    return table


def _phones(node: Node, passwords: Mapping[str, str]) -> Table:
    table = _table("account", "password", "agent")
    agents = {agent.account: agent for agent in node.parts.configuration.routing.agents.values()}
    for account in node.parts.configuration.profiles.internal.accounts:
        agent = agents.get(account)
        table.add_row(
            account, passwords.get(account, "(set by you)"), f"{agent.name} ({agent.id})" if agent else ""
        )
    return table


def _numbers(node: Node) -> Table:
    table = _table("number", "client company", "leads to")
    clients = node.parts.configuration.clients
    for each in node.parts.configuration.routing.numbers:
        client = clients.get(each.client)
        language = f", in {each.language}" if each.language else ""
        table.add_row(
            each.number, client.name if client else each.client, f"{described(each.destination)}{language}"
        )
    return table


def _codes() -> Table:
    table = _table("code", "meaning")
    for code in CODES.values():
        table.add_row(code.code, code.meaning)
    return table
