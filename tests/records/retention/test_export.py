"""What is kept of one person, as a file."""

from __future__ import annotations

import csv
import io
import json
import stat
import zipfile
from typing import TYPE_CHECKING

import pytest

from records.reader import Reader
from records.retention.export import export_person
from records.retention.person import Person, in_e164
from tests.records.calls import BEGAN
from tests.records.retention.conftest import MASTER

if TYPE_CHECKING:
    from pathlib import Path

    from tests.records.retention.conftest import House

NUMBER, OTHER = "+34600112233", "+34600445566"


async def test_the_file_holds_all_of_the_person_and_nothing_of_others(house: House, tmp_path: Path) -> None:
    await house.call("a", "600112233")
    await house.call("b", NUMBER, client="norte")
    await house.call("d", OTHER)
    house.sound("a")
    sealed = house.sound("b", client="norte")
    sealed.rename(sealed.with_suffix(".wav.sealed"))
    to = tmp_path / "person.zip"
    other = {"customers": [{"name": "<Ana>", "number": NUMBER}]}
    exported = export_person(
        Reader(house.database, MASTER),
        house.recordings,
        house.keeping.person(NUMBER),
        to,
        now=BEGAN,
        other=other,
    )
    assert (exported.contacts, exported.recordings, exported.other) == (2, 1, {"customers": 1})
    assert stat.S_IMODE(to.stat().st_mode) == 0o600
    with zipfile.ZipFile(to) as archive:
        names = archive.namelist()
        document = json.loads(archive.read("person.json"))
        page = archive.read("index.html").decode()
        rows = list(csv.DictReader(io.StringIO(archive.read("contacts.csv").decode())))
        everything = b"".join(archive.read(name) for name in names)
    assert "recordings/a-call.wav" in names
    assert [each["contact"]["id"] for each in document["contacts"]] == ["a", "b"]
    opened = document["contacts"][0]["events"][0]
    assert (opened["type"], opened["data"]["ani"]) == ("contact.opened", "600112233")
    assert [row["ani"] for row in rows] == ["600112233", NUMBER]
    assert "&lt;Ana&gt;" in page
    assert "<Ana>" not in page
    assert OTHER.encode() not in everything


async def test_sealed_recordings_are_opened_where_there_is_a_key_and_named_where_there_is_none(
    house: House, tmp_path: Path
) -> None:
    await house.call("a", NUMBER)
    path = house.sound("a")
    path.rename(path.with_name(f"{path.name}.sealed"))
    from sqlalchemy import update

    from records.views.tables import recording

    with house.database.write() as connection:
        connection.execute(
            update(recording).values(name=f"{path.name}.sealed", file=f"sol/2026-11-22/{path.name}.sealed")
        )
    who, reader = house.keeping.person(NUMBER), Reader(house.database, MASTER)
    shut = export_person(reader, house.recordings, who, tmp_path / "shut.zip", now=BEGAN)
    assert shut.left_out == ["a-call.wav.sealed"]
    opened = export_person(
        reader, house.recordings, who, tmp_path / "open.zip", now=BEGAN, opened=lambda path: b"sound"
    )
    assert opened.left_out == []
    with zipfile.ZipFile(tmp_path / "open.zip") as archive:
        assert archive.read("recordings/a-call.wav") == b"sound"


async def test_no_file_is_overwritten_and_none_left_half_done(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await house.call("a", NUMBER)
    who, reader = house.keeping.person(NUMBER), Reader(house.database, MASTER)
    there = tmp_path / "there.zip"
    there.write_bytes(b"precious")
    with pytest.raises(FileExistsError):
        export_person(reader, house.recordings, who, there, now=BEGAN)
    assert there.read_bytes() == b"precious"

    def fail(*_: object) -> str:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("records.retention.export._page", fail)
    with pytest.raises(OSError, match="No space"):
        export_person(reader, house.recordings, who, tmp_path / "new.zip", now=BEGAN)
    assert not (tmp_path / "new.zip").exists()


@pytest.mark.parametrize(
    ("written", "home", "number"),
    [
        ("+34 600-11-22-33", None, "+34600112233"),
        ("0034600112233", None, "+34600112233"),
        ("600112233", "34", "+34600112233"),
        ("34600112233", "34", "+34600112233"),
        ("0221234567", "48", "+48221234567"),
        ("600112233", None, "600112233"),
        ("201", "34", "201"),
        ("ana@example.org", "34", "ana@example.org"),
    ],
)
def test_a_number_is_read_by_the_country_of_the_house(written: str, home: str | None, number: str) -> None:
    assert in_e164(written, home) == number


def test_spellings_meet_each_other() -> None:
    people = [
        Person.of(MASTER, each, home="34") for each in ("+34600112233", "600112233", "0034 600 11 22 33")
    ]
    assert len({each.subject for each in people}) == 1
    assert {"600112233", "+34600112233", "34600112233", "0034600112233"} <= people[0].spellings
    assert people[0].label == "…233"
