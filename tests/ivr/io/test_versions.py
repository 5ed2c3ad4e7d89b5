"""The store of versions: what is live, what waits, who wins, and that kill -9 leaves the old or the new, whole."""

from __future__ import annotations

import signal
import sqlite3
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from ivr.content import name_of
from ivr.errors import PublicationRefused, UnknownVersion, VersionsBroken, VersionsOutOfReach
from ivr.io.versions import Versions
from ivr.publication import Wish

if TYPE_CHECKING:
    from ivr.publication import Kind, Publication

ROOT = Path(__file__).resolve().parents[3]


def content(number: int) -> str:
    return f'{{"menus":{number}}}'


def publish(
    versions: Versions,
    number: int,
    *,
    instead_of: int | None = None,
    at: float | None = None,
    now: float = 100.0,
    kind: Kind = "publish",
) -> tuple[Publication, Publication | None]:
    before = None if instead_of is None else name_of(content(instead_of))
    wish = Wish("shop", name_of(content(number)), kind, "ana", "a note", at, before)
    return versions.publish(wish, content(number), {"menus/shop.yaml": "steps:"}, now=now)


@pytest.fixture
def versions(tmp_path: Path) -> Versions:
    return Versions(tmp_path / "menus.db")


def test_asking_an_empty_place_makes_no_file(versions: Versions, tmp_path: Path) -> None:
    assert (versions.live(), versions.pending(), versions.history("shop")) == ({}, {}, [])
    assert versions.before("shop") is None
    assert list(tmp_path.iterdir()) == []


def test_only_this_user_may_read_it(versions: Versions, tmp_path: Path) -> None:
    publish(versions, 1)
    assert {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()} == {0o600}


def test_the_latest_that_took_effect_is_live(versions: Versions) -> None:
    first, _ = publish(versions, 1)
    second, _ = publish(versions, 2, instead_of=1, now=50.0)  # the clock was set back
    assert versions.live() == {"shop": second}
    assert versions.before("shop") == first.version
    assert [each.version for each in versions.history("shop")] == [second.version, first.version]
    assert versions.content(first.version) == content(1)
    assert versions.sources(first.version) == {"menus/shop.yaml": "steps:"}


def test_a_version_is_found_by_the_beginning_of_its_name(versions: Versions) -> None:
    done, _ = publish(versions, 1)
    assert versions.find("shop", done.version[:7].upper()) == done.version
    for beginning in ("", "zz", done.version + "0"):
        with pytest.raises(UnknownVersion):
            versions.find("shop", beginning)
    with pytest.raises(UnknownVersion):
        versions.find("other", done.version[:7])
    with pytest.raises(UnknownVersion):
        versions.content("0" * 64)


def test_several_versions_that_begin_alike_are_named(versions: Versions) -> None:
    latest = None
    for number in range(20):
        publish(versions, number, instead_of=latest)
        latest = number
    first = [name_of(content(number))[0] for number in range(20)]
    common = max(first, key=first.count)
    with pytest.raises(UnknownVersion, match="several versions of shop begin with"):
        versions.find("shop", common)


def test_a_content_that_is_not_what_its_name_says_is_neither_kept_nor_served(
    versions: Versions, tmp_path: Path
) -> None:
    wish = Wish("shop", "f" * 64, "publish", "ana")
    with pytest.raises(VersionsBroken):
        versions.publish(wish, content(1), {}, now=1.0)
    done, _ = publish(versions, 1)
    with sqlite3.connect(tmp_path / "menus.db") as store:
        store.execute("UPDATE version SET content = ?", (content(2),))
    store.close()
    with pytest.raises(VersionsBroken, match="was changed after it was published"):
        versions.content(done.version)
    assert not versions.is_whole(done.version)
    publish(versions, 1, instead_of=1)
    assert versions.content(done.version) == content(1), "the next publication of it mends it"


def test_who_comes_second_is_told_who_came_first(versions: Versions) -> None:
    publish(versions, 1)
    publish(versions, 2, instead_of=1)
    with pytest.raises(
        PublicationRefused, match=f"ana has put version {name_of(content(2))[:12]} of shop live"
    ):
        publish(versions, 3, instead_of=1)
    with pytest.raises(PublicationRefused):
        publish(versions, 3)
    assert versions.live()["shop"].version == name_of(content(2))


def test_of_many_at_once_one_wins(versions: Versions) -> None:
    publish(versions, 0)

    def attempt(number: int) -> bool:
        try:
            publish(versions, number, instead_of=0)
        except PublicationRefused:
            return False
        return True

    with ThreadPoolExecutor(8) as crowd:
        won = list(crowd.map(attempt, range(1, 9)))
    assert sum(won) == 1
    assert versions.live()["shop"].version == name_of(content(1 + won.index(True)))


def test_one_publication_waits_and_a_second_replaces_it(versions: Versions) -> None:
    publish(versions, 1)
    waiting, replaced = publish(versions, 2, instead_of=1, at=200.0)
    assert (waiting.is_pending, replaced) == (True, None)
    later, replaced = publish(versions, 3, instead_of=1, at=300.0)
    assert replaced is not None
    assert replaced.id == waiting.id
    assert versions.pending() == {"shop": later}
    assert versions.live()["shop"].version == name_of(content(1))
    assert versions.take_effect(later, now=301.0)
    assert (versions.live()["shop"].id, versions.live()["shop"].took_effect) == (later.id, 301.0)
    assert not versions.take_effect(later, now=302.0), "only once"
    assert not versions.take_effect(waiting, now=302.0), "it was replaced"


def test_what_goes_live_at_once_leaves_what_waits(versions: Versions) -> None:
    publish(versions, 1)
    waiting, _ = publish(versions, 2, instead_of=1, at=200.0)
    publish(versions, 3, instead_of=1)
    assert versions.pending() == {"shop": waiting}
    assert versions.take_effect(waiting, now=200.0)
    assert versions.live()["shop"].id == waiting.id


def test_what_waits_can_be_taken_back_or_refused(versions: Versions) -> None:
    publish(versions, 1)
    waiting, _ = publish(versions, 2, instead_of=1, at=200.0)
    assert versions.cancel("shop").id == waiting.id
    with pytest.raises(PublicationRefused, match="nothing of shop waits"):
        versions.cancel("shop")
    versions.refuse(waiting, "too late")
    assert versions.history("shop")[0].ended == "cancelled"
    again, _ = publish(versions, 2, instead_of=1, at=200.0)
    versions.refuse(again, "there is no queue spare")
    latest = versions.history("shop")[0]
    assert (latest.ended, latest.reason, latest.state(None)) == (
        "refused",
        "there is no queue spare",
        "refused",
    )
    assert not versions.take_effect(again, now=300.0)


def test_what_is_no_database_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "menus.db").write_text("nothing of the kind, and long enough to be looked at" * 100)
    with pytest.raises(VersionsOutOfReach, match=r"menus\.db: "):
        Versions(tmp_path / "menus.db").live()
    with pytest.raises(VersionsBroken):
        publish(Versions(tmp_path / "nowhere" / "menus.db"), 1)


PUBLISHING = """
import sys
from pathlib import Path
from ivr.io.versions import Versions
from tests.ivr.io.test_versions import publish
versions = Versions(Path(sys.argv[1]))
print("begun", flush=True)
for number in range(1, 100_000):
    publish(versions, number, instead_of=number - 1)
    print(number, flush=True)
"""


@pytest.mark.parametrize("after", [1, 4, 9])
def test_kill_9_while_publishing_leaves_the_old_or_the_new_whole(
    versions: Versions, tmp_path: Path, after: int
) -> None:
    publish(versions, 0)
    command = [sys.executable, "-c", PUBLISHING, str(tmp_path / "menus.db")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        assert process.stdout is not None
        told = 0
        for line in process.stdout:
            told = int(line) if line.strip().isdigit() else 0
            if told >= after:
                break
        process.send_signal(signal.SIGKILL)
        told = max([told, *(int(line) for line in process.stdout if line.strip().isdigit())])
    live = versions.live()["shop"]
    assert live.version in (name_of(content(told)), name_of(content(told + 1)))
    assert name_of(versions.content(live.version)) == live.version
    found = versions.history("shop")
    assert [each.turn for each in found] == list(range(len(found), 0, -1))
    publish(versions, 200_000, instead_of=len(found) - 1)


class Store(RuleBasedStateMachine):
    """Any order of publishing, scheduling, taking back: one is live, at most one waits, history only grows."""

    @initialize(folder=st.uuids())
    def begin(self, folder: object) -> None:
        import tempfile

        self.place = tempfile.TemporaryDirectory()
        self.versions = Versions(Path(self.place.name) / f"{folder}.db")
        publish(self.versions, 0)
        self.live = 0
        self.waiting: tuple[int, Publication] | None = None
        self.decided = 1

    @rule(number=st.integers(0, 5), at_once=st.booleans())
    def put(self, number: int, *, at_once: bool) -> None:
        done, replaced = publish(self.versions, number, instead_of=self.live, at=None if at_once else 500.0)
        self.decided += 1
        if at_once:
            self.live = number
        else:
            assert (replaced is not None) == (self.waiting is not None)
            self.waiting = (number, done)

    @rule(number=st.integers(6, 9))
    def put_late(self, number: int) -> None:
        with pytest.raises(PublicationRefused):
            publish(self.versions, number, instead_of=number)

    @rule(how=st.sampled_from(["take", "cancel", "refuse"]))
    def decide(self, how: str) -> None:
        if self.waiting is None:
            return
        number, waiting = self.waiting
        self.waiting = None
        if how == "take":
            assert self.versions.take_effect(waiting, now=600.0)
            self.live = number
        elif how == "cancel":
            self.versions.cancel("shop")
        else:
            self.versions.refuse(waiting, "why")

    @invariant()
    def one_is_live_and_nothing_is_lost(self) -> None:
        if not hasattr(self, "versions"):
            return
        assert self.versions.live()["shop"].version == name_of(content(self.live))
        waiting = self.versions.pending().get("shop")
        assert (waiting.id if waiting else None) == (self.waiting[1].id if self.waiting else None)
        assert len(self.versions.history("shop")) == self.decided

    def teardown(self) -> None:
        if hasattr(self, "place"):
            self.place.cleanup()


TestStore = Store.TestCase
TestStore.settings = settings(max_examples=15, stateful_step_count=15, deadline=None)
