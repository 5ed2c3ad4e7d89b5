"""A server that is killed, drained and reloaded while people are talking."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

from tests.e2e.centre import PROMPT_TONES, make_centre
from tests.e2e.ledger import contacts, newest, read, wait_for_event
from tests.e2e.telephones import pyvoip_caller, wait_to_hear
from tests.kit.server import wait_until

if TYPE_CHECKING:
    from pathlib import Path

    from tests.kit.server import Server


def test_after_a_kill_the_contact_is_closed_as_interrupted_and_nothing_else_is_missing(
    own_server: Server, tmp_path: Path
) -> None:
    with pyvoip_caller(own_server, tmp_path) as earlier:
        earlier.dial("tones")
        earlier.hang_up()
    wait_for_event(own_server, "tones", "contact.closed")
    before = newest(own_server, "tones")
    with pyvoip_caller(own_server, tmp_path) as caller:
        caller.dial("support")
        wait_for_event(own_server, "support", "queue.joined")
        during = newest(own_server, "support")
        own_server.kill()
        own_server.start()
        after = newest(own_server, "support")
    assert after.id == during.id
    assert after.row["outcome"] == "interrupted"
    assert after.row["ended_at"] is not None
    assert after.events[: len(during.events)] == during.events
    assert after.types()[-1] == "contact.closed"
    assert read(own_server, before.id) == before
    assert len(contacts(own_server)) == 2
    own_server.wait_for_rest()


def test_sigterm_takes_no_new_calls_and_lets_those_in_progress_end(
    own_server: Server, tmp_path: Path
) -> None:
    with (
        pyvoip_caller(own_server, tmp_path) as caller,
        pyvoip_caller(own_server, tmp_path, "600100201") as late,
    ):
        caller.dial("tones")
        wait_to_hear(caller, PROMPT_TONES["tone_main"])
        own_server.signal(signal.SIGTERM)
        wait_until(lambda: "draining" in own_server.output(), "the log says draining", within=15)
        assert late.dial_and_be_refused("tones") == 503
        caller.press("1")
        wait_to_hear(caller, PROMPT_TONES["tone_first"])
        caller.hang_up()
        assert own_server.wait_for_end(within=15) == 0


def test_sigterm_ends_the_calls_that_outlast_the_limit(own_server: Server, tmp_path: Path) -> None:
    with pyvoip_caller(own_server, tmp_path) as caller:
        caller.dial("echo")
        own_server.signal(signal.SIGTERM)
        caller.wait_for_hang_up(within=15)
        assert own_server.wait_for_end(within=15) == 0
    assert newest(own_server, "echo").row["outcome"] == "drained"


def test_sighup_takes_a_changed_menu_for_new_calls_and_refuses_a_broken_one(
    own_server: Server, tmp_path: Path
) -> None:
    menu = own_server.config / "menus" / "tones.yaml"
    good = menu.read_text()
    with (own_server.config / "centre.yaml").open("a") as centre:
        centre.write("menus: {publish: on_reload}\n")
    with pyvoip_caller(own_server, tmp_path) as old:
        old.dial("tones")
        wait_to_hear(old, PROMPT_TONES["tone_main"])
        menu.write_text(good.replace("prompt: tone_main", "prompt: tone_first"))
        own_server.signal(signal.SIGHUP)
        wait_until(lambda: '"reloaded"' in own_server.output(), "the log says reloaded", within=15)
        old.press("1")
        wait_to_hear(old, PROMPT_TONES["tone_main"], within=15)
        old.hang_up()
    with pyvoip_caller(own_server, tmp_path) as new:
        new.dial("tones")
        wait_to_hear(new, PROMPT_TONES["tone_first"])
        menu.write_text(good.replace("goto: first", "goto: frist"))
        own_server.signal(signal.SIGHUP)
        wait_until(lambda: "reload_refused" in own_server.output(), "the log says refused", within=15)
        assert "tones.yaml" in own_server.output()
        new.hang_up()
    with pyvoip_caller(own_server, tmp_path) as still:
        still.dial("tones")
        wait_to_hear(still, PROMPT_TONES["tone_first"])
        still.hang_up()
    own_server.wait_for_rest()


def test_a_broken_centre_is_named_by_file_and_line_and_not_served(tmp_path: Path) -> None:
    server = make_centre(tmp_path / "node")
    menu = server.config / "menus" / "tones.yaml"
    menu.write_text(menu.read_text().replace("goto: first", "goto: frist"))
    line = menu.read_text().splitlines().index('      "1": {goto: frist}') + 1
    for words in (("check",), ("serve", "--state", str(server.state), "--sip", "127.0.0.1:0")):
        done = server.run(*words, "--config", str(server.config))
        assert done.returncode != 0
        said = done.stdout + done.stderr
        assert f"tones.yaml:{line}" in said
        assert "first" in said, "the likely mend"
