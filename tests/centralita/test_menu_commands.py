"""`centralita menu`: diff, publish, rollback, history and graph where no node runs, and what check says of drafts."""

from __future__ import annotations

import json
import re
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from centralita.commands import app
from ivr.io.versions import Versions
from tests.kit.small_centre import write_centre

if TYPE_CHECKING:
    from pathlib import Path

    from typer.testing import Result


class Desk:
    """An administrator with a small centre, whose node does not run."""

    def __init__(self, folder: Path) -> None:
        self.config = write_centre(folder)
        self.state = folder / "state"
        self.versions = Versions(self.state / "menus.db")

    def run(self, command: str, *words: str, given: str | None = None) -> Result:
        """One command with these folders."""
        places = ["--config", str(self.config)] * (command not in ("history",))
        return CliRunner().invoke(
            app, ["menu", command, *words, *places, "--state", str(self.state)], input=given
        )

    def publish(self, *words: str) -> Result:
        return self.run("publish", "main", "--yes", "--who", "ana", *words)

    def edit(self, file: str, before: str, after: str) -> None:
        path = self.config.parent / file
        text = path.read_text(encoding="utf-8")
        assert before in text
        path.write_text(text.replace(before, after), encoding="utf-8")

    def live(self) -> str:
        return self.versions.live()["main"].version


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_the_first_publication_and_the_next_one(desk: Desk) -> None:
    first = desk.publish("--note", "opening")
    assert first.exit_code == 0, first.output
    assert "nothing is live yet" in first.output
    again = desk.publish()
    assert "the draft is live already" in again.output
    desk.edit("config/menus/main.yaml", 'until: "#"', 'until: "0"')
    second = desk.publish()
    assert "step hello: until: # -> 0" in second.output
    assert "no node runs now" in second.output
    told = json.loads(desk.run("history", "main", "--json").output)
    assert [(each["state"], each["who"], each["note"]) for each in told] == [
        ("live", "ana", ""),
        ("former", "ana", "opening"),
    ]
    found = CliRunner().invoke(app, ["audit", "--state", str(desk.state), "--json"]).stdout
    assert [(each["by"], each["act"], each["on"]["menu"]) for each in json.loads(found)] == [
        ("node:ana", "menu publish", "main")
    ] * 2
    table = desk.run("history", "main").output
    assert re.search(r"ana +publish +[0-9a-f]{12} +former +opening", table)


def test_a_live_version_that_is_not_kept_as_it_was_is_mended_by_publishing(desk: Desk) -> None:
    desk.publish()
    with closing(sqlite3.connect(desk.state / "menus.db")) as store, store:
        store.execute("UPDATE version SET content = content || ' '")
    again = desk.publish()
    assert again.exit_code == 0, again.output
    assert "is not kept as it was; it is replaced" in again.output
    assert desk.versions.is_whole(desk.live())


def test_without_yes_somebody_must_be_there_to_ask(desk: Desk) -> None:
    refused = desk.run("publish", "main")
    assert (refused.exit_code, "add --yes" in refused.output) == (1, True)
    assert desk.versions.live() == {}


def test_faults_and_failing_cases_are_not_published(desk: Desk) -> None:
    desk.edit("config/menus/main.yaml", "next: end", "next: nowhere")
    refused = desk.publish()
    assert (refused.exit_code, "there is no step nowhere" in refused.output) == (1, True)
    desk.edit("config/menus/main.yaml", "next: nowhere", "next: end")
    cases = desk.config / "menus/cases"
    cases.mkdir()
    (cases / "main.yaml").write_text(
        "schema: cases/1\nmenu_set: main\ncases:\n"
        '  - name: it ends\n    happens: [{keys: "#"}]\n    expect: {outcome: {queue: help}}\n'
    )
    failed = desk.publish()
    assert (failed.exit_code, "it ends" in failed.output) == (1, True), failed.output
    assert desk.versions.live() == {}


def test_a_rollback_goes_back_to_the_one_before_or_to_one_by_name(desk: Desk) -> None:
    assert "nothing of main was ever published" in desk.run("history", "main").output
    desk.publish()
    first = desk.live()
    assert "no other version of main was ever live" in desk.run("rollback", "main", "--yes").output
    for until in ("0", "1"):
        desk.edit("config/menus/main.yaml", f'until: "{"#" if until == "0" else "0"}"', f'until: "{until}"')
        desk.publish()
    third = desk.live()
    back = desk.run("rollback", "main", "--yes", "--note", "too many hang-ups")
    assert "step hello: until: 1 -> 0" in back.output
    assert desk.live() not in (first, third)
    by_name = desk.run("rollback", "main", first[:8], "--yes")
    assert by_name.exit_code == 0, by_name.output
    assert desk.live() == first
    assert "is live already" in desk.run("rollback", "main", first[:8], "--yes").output
    assert "has no version" in desk.run("rollback", "main", "00000000", "--yes").output


def test_a_publication_at_a_time_waits_is_replaced_and_taken_back(desk: Desk) -> None:
    desk.publish()
    live = desk.live()
    desk.edit("config/menus/main.yaml", 'until: "#"', 'until: "0"')
    first = desk.publish("--at", "2100-01-01 08:00")
    assert "goes live at 2100-01-01 08:00 UTC" in first.output
    second = desk.publish("--at", "2100-02-01T08:00+01:00")
    assert "goes live at 2100-02-01 07:00 UTC" in second.output
    assert "due at 2100-01-01 08:00 UTC, was replaced" in second.output
    assert desk.live() == live
    at_once = desk.publish()
    assert "is still due at 2100-02-01 07:00 UTC" in at_once.output
    taken = desk.run("publish", "main", "--cancel")
    assert "will not be published" in taken.output
    assert "nothing of main waits" in desk.run("publish", "main", "--cancel").output
    assert "pending" not in desk.run("history", "main").output


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("tomorrow", "is no moment"),
        ("2001-01-01 08:00", "is over"),
        ("2027-03-28 02:30", "is left out by"),
        ("0001-01-01 00:00", "is too far away"),
        ("9999-12-31T23:59-05:00", "is too far away"),
    ],
)
def test_a_time_that_cannot_be_is_refused(desk: Desk, text: str, said: str) -> None:
    desk.edit("config/centre.yaml", "name: Small", "name: Small\ntimezone: Europe/Madrid")
    refused = desk.publish("--at", text)
    assert (refused.exit_code, said in refused.output) == (1, True), refused.output


def test_differences_between_any_two(desk: Desk) -> None:
    assert "nothing of main is live" in desk.run("diff", "main").output
    desk.publish()
    first = desk.live()
    assert "no difference between live and draft" in desk.run("diff", "main").output
    desk.edit("prompts/sounds.yaml", "tone: [700, 1300]", "tone: [800, 1300]")
    (change,) = json.loads(desk.run("diff", "main", "--json").output)
    assert change["where"] == "prompt tone_main (en)"
    desk.publish()
    assert "sounds changed" in desk.run("diff", "main", first[:9], "live").output
    assert "has no version" in desk.run("diff", "main", "abcdef").output


def test_check_tells_of_drafts_that_are_not_live_and_of_live_versions_that_do_not_fit(desk: Desk) -> None:
    def check() -> Result:
        return CliRunner().invoke(app, ["check", "--config", str(desk.config), "--state", str(desk.state)])

    desk.edit("config/menus/main.yaml", "  end:\n    type: hangup\n", "  end: {type: queue, queue: help}\n")
    assert "the draft" not in check().output
    desk.publish()
    assert "the draft" not in check().output
    desk.edit("config/menus/main.yaml", "  end: {type: queue, queue: help}\n", "  end: {type: hangup}\n")
    differs = check()
    assert (differs.exit_code, "menu main: the draft differs from what is live" in differs.output) == (
        0,
        True,
    )
    for file in ("queues.yaml", "agents.yaml", "numbers.yaml"):
        path = desk.config / file
        text = path.read_text().replace("  help:", "  aid:").replace("queues: [help]", "queues: [aid]")
        path.write_text(text.replace("queue: help", "queue: aid"))
    refused = check()
    assert refused.exit_code == 1
    assert "of main does not fit: there is no queue help" in refused.output.replace("\n", "")


def test_a_picture_in_text(desk: Desk) -> None:
    shown = CliRunner().invoke(
        app, ["menu", "graph", "main", "--config", str(desk.config), "--format", "mermaid"]
    )
    assert "flowchart TD" in shown.output
    file = desk.config / "main.dot"
    words = ["menu", "graph", "main", "--config", str(desk.config), "--format", "dot", "-o", str(file)]
    assert CliRunner().invoke(app, words).exit_code == 0
    assert file.read_text().startswith("digraph menus {")


def test_a_picture_without_the_program_says_what_to_install(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")
    shown = CliRunner().invoke(app, ["menu", "graph", "main", "--config", str(desk.config)])
    assert shown.exit_code == 1
    assert "apt-get install graphviz" in shown.output
