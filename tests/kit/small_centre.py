"""A small centre for tests in this process: files that are made in a moment, and a node on free ports."""

from __future__ import annotations

from typing import TYPE_CHECKING

from base.address import Address
from centralita.node import Node
from centralita.options import Options
from sip.digest.credentials import HashedSecrets
from sip.io.credentials_file import save_credentials
from tests.kit.ports import free_ports

if TYPE_CHECKING:
    from pathlib import Path

ACCOUNT, SECOND = "1001", "1002"
PASSWORD = "blue-Kettle-47-harbour"
TONE = frozenset({700, 1300})
MUSIC = frozenset({520, 940})

FILES = {
    "config/centre.yaml": """
name: Small
language: en
drain_limit: 5s
""",
    "config/numbers.yaml": """
numbers:
  - {number: "100", client: acme, menu: main}
  - {number: "200", client: acme, queue: help}
  - {number: "600", client: acme, echo: true}
  - {number: "700", client: acme, agent: ana}
  - {number: "800", client: acme, hangup: {status: 486, cause: 17}}
""",
    "config/queues.yaml": """
queues:
  help:
    name: Help
    clients: [acme]
    ring_timeout: 10s
""",
    "config/skills.yaml": "skills: {}\n",
    "config/agents.yaml": """
agents:
  - {id: ana, name: Ana, account: "1001", queues: [help]}
  - {id: john, name: John, account: "1002", queues: [help]}
""",
    "config/clients/acme.yaml": "schema: client/1\nname: Acme\n",
    "config/menus/main.yaml": """
schema: ivr/1
menu_set: main
languages: [en]
person: none
start: hello
steps:
  hello:
    type: say
    prompt: tone_main
    loop: true
    until: "#"
    next: end
  end:
    type: hangup
""",
    "prompts/sounds.yaml": f"""
schema: prompts/1
language: any
prompts:
  tone_main: {{tone: {sorted(TONE)}, seconds: 1}}
  music: {{tone: {sorted(MUSIC)}, seconds: 1}}
  agent_available: {{tone: [440], seconds: 0.1}}
  agent_not_ready: {{tone: [440], seconds: 0.1}}
  agent_wrap_up_over: {{tone: [440], seconds: 0.1}}
  agent_logged_out: {{tone: [440], seconds: 0.1}}
""",
    "sip_profiles/internal.yaml": """
realm: small
may_call: [numbers, agents, feature_codes]
accounts:
  "1001": {name: Ana}
  "1002": {name: John}
""",
    "sip_profiles/external.yaml": """
trunks:
  - {name: carrier, addresses: [127.0.0.2], may_call: [numbers]}
""",
}


def write_centre(folder: Path) -> Path:
    """Write the files; the folder of the configuration."""
    for name, text in FILES.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return folder / "config"


def small_node(folder: Path) -> Node:
    """A node of the small centre, not started, with passwords for its phones."""
    config, state = write_centre(folder), folder / "state"
    state.mkdir(parents=True)
    secrets = HashedSecrets()
    for account in (ACCOUNT, SECOND):
        secrets.set_password(account, "small", PASSWORD)
    save_credentials(state / "credentials.yaml", secrets)
    ports = free_ports(60)
    return Node(
        Options(
            config=config,
            state=state,
            sip=Address("127.0.0.1", 0),
            http=Address("127.0.0.1", 0),
            rtp_ports=(ports[0], ports[-1]),
        )
    )
