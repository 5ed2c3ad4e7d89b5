"""What `check` finds in the state folder, and that weak passwords at carriers are taken only when told so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from typer.testing import CliRunner

from base.secret import Secret
from centralita.commands import app
from records.database import Database
from records.migrate import upgrade
from records.people.directory import Directory
from records.people.person import Person
from records.people.roles import Role
from sip.io.trunk_passwords import load_trunk_passwords, save_trunk_passwords
from tests.kit.small_centre import write_centre

if TYPE_CHECKING:
    from pathlib import Path

    from typer.testing import Result

WEAK = "carrier-2026-a"


def _run(tmp_path: Path, *words: str, given: str = "") -> Result:
    places = ["--config", str(tmp_path / "config"), "--state", str(tmp_path / "state")]
    return CliRunner().invoke(app, [*words, *places], input=given)


def _centre_with_login(tmp_path: Path) -> Path:
    write_centre(tmp_path)
    external = tmp_path / "sip_profiles/external.yaml"
    text = external.read_text().rstrip("\n")
    external.write_text(f"{text}\n  - {{name: proven, host: carrier.example, login: carrier-2026}}\n")
    state = tmp_path / "state"
    state.mkdir(exist_ok=True)
    return state


def test_a_weak_password_at_a_carrier_is_refused_unless_the_carrier_gave_it(tmp_path: Path) -> None:
    state = _centre_with_login(tmp_path)
    refused = _run(tmp_path, "trunk", "password", "proven", given=f"{WEAK}\n")
    assert refused.exit_code == 1
    assert "--as-given" in refused.output
    assert WEAK not in refused.output
    assert _run(tmp_path, "trunk", "password", "proven", "--as-given", given=f"{WEAK}\n").exit_code == 0
    assert load_trunk_passwords(state / "trunk-passwords.yaml")["proven"].reveal() == WEAK


def test_check_warns_of_weak_passwords_at_carriers_without_telling_them(tmp_path: Path) -> None:
    state = _centre_with_login(tmp_path)
    kept = {"proven": Secret(WEAK), "other": Secret("tangerine-Boat-42")}
    save_trunk_passwords(state / "trunk-passwords.yaml", kept)
    found = _run(tmp_path, "check")
    assert found.exit_code == 0, found.output
    assert "warning: proven: the password contains the name" in found.output
    assert "other:" not in found.output
    assert WEAK not in found.output
    assert _run(tmp_path, "check", "--strict").exit_code == 1
    (state / "trunk-passwords.yaml").chmod(0o644)
    assert "others than its owner" in _run(tmp_path, "check").output


def test_check_warns_of_people_whose_limits_name_nothing(tmp_path: Path) -> None:
    state = _centre_with_login(tmp_path)
    database = Database.of(state / "ledger.sqlite")
    upgrade(database)
    people = Directory(database)
    people.add(Person("eva", "Eva", Role.SUPERVISOR, agent="nobody", teams=frozenset({"sur"})), now=1.0)
    people.add(Person("gone", "Gone", Role.AGENT, agent="nobody"), now=1.0)
    people.disable("gone", now=2.0)
    found = _run(tmp_path, "check")
    assert found.exit_code == 0, found.output
    assert "person eva: agent: no agent is called nobody" in found.output
    assert "person eva: teams: no team is called sur" in found.output
    assert "gone" not in found.output
