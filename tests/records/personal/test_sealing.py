"""Sealing the personal fields of events, and opening them again."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from records.errors import MasterKeyWrong, SealBroken, StoreUnavailable
from records.personal.master_key import MasterKey
from records.personal.sealing import Opener, Sealer, StoredKey, owner, plain_number

NUMBER = "+34600112233"
MASTER = MasterKey(b"m" * 32)
OPENED = {"ani": NUMBER, "dnis": "+34910000001", "account": None}


class Keys:
    """The table of keys."""

    def __init__(self) -> None:
        self.rows: dict[str, bytes | None] = {}
        self.asked: list[str] = []

    def load(self, contact: str) -> StoredKey | None:
        self.asked.append(contact)
        return StoredKey(self.rows[contact]) if contact in self.rows else None

    def keep(self, sealer: Sealer) -> None:
        self.rows.update(sealer.fresh_keys())
        sealer.kept()


def opened(keys: Keys, contact: str, kind: str, data: Any, sealed: bytes | None) -> Any:
    return Opener(MASTER).open(contact, kind, data, sealed, keys.rows.get(owner(contact, data) or ""))


def test_what_was_sealed_opens_again_and_shows_nothing_before() -> None:
    keys = Keys()
    sealer = Sealer(MASTER, keys.load)
    data, sealed = sealer.seal("c1", "contact.opened", OPENED)
    assert sealed is not None
    assert NUMBER.encode() not in sealed
    assert "ani" not in data
    keys.keep(sealer)
    assert opened(keys, "c1", "contact.opened", data, sealed) == OPENED


def test_two_pieces_of_the_same_are_never_alike() -> None:
    sealer = Sealer(MASTER, Keys().load)
    pieces = {sealer.seal("c1", "contact.opened", OPENED)[1] for _ in range(1000)}
    assert len(pieces) == 1000
    assert len({piece[:12] for piece in pieces if piece}) == 1000


def test_a_piece_opens_in_its_own_contact_and_type_only() -> None:
    keys = Keys()
    sealer = Sealer(MASTER, keys.load)
    data, sealed = sealer.seal("c1", "contact.opened", OPENED)
    sealer.seal("c2", "contact.opened", OPENED)
    keys.keep(sealer)
    with pytest.raises(SealBroken):
        opened(keys, "c1", "leg.invited", data, sealed)
    with pytest.raises(SealBroken):
        opened(keys, "c2", "contact.opened", data, sealed)
    keys.rows["c2"] = keys.rows["c1"]
    with pytest.raises(MasterKeyWrong):
        opened(keys, "c2", "contact.opened", data, sealed)


def test_a_changed_piece_is_found() -> None:
    keys = Keys()
    sealer = Sealer(MASTER, keys.load)
    data, sealed = sealer.seal("c1", "contact.opened", OPENED)
    keys.keep(sealer)
    assert sealed is not None
    for at in range(len(sealed)):
        changed = sealed[:at] + bytes([sealed[at] ^ 1]) + sealed[at + 1 :]
        with pytest.raises(SealBroken):
            opened(keys, "c1", "contact.opened", data, changed)
    with pytest.raises(SealBroken):
        opened(keys, "c1", "contact.opened", data, b"")


def test_a_destroyed_key_leaves_the_open_part_and_says_so() -> None:
    keys = Keys()
    sealer = Sealer(MASTER, keys.load)
    data, sealed = sealer.seal("c1", "contact.opened", OPENED)
    keys.keep(sealer)
    keys.rows["c1"] = None
    assert opened(keys, "c1", "contact.opened", data, sealed) == {
        "dnis": "+34910000001",
        "account": None,
        "erased": True,
    }


def test_after_a_restart_the_stored_key_goes_on() -> None:
    keys = Keys()
    before = Sealer(MASTER, keys.load)
    first = before.seal("c1", "contact.opened", OPENED)
    keys.keep(before)
    after = Sealer(MASTER, keys.load)
    second = after.seal("c1", "contact.opened", OPENED)
    assert after.fresh_keys() == []
    assert first[1] != second[1]
    assert opened(keys, "c1", "contact.opened", *first) == opened(keys, "c1", "contact.opened", *second)


def test_an_erased_contact_takes_no_more_personal_data() -> None:
    keys = Keys()
    keys.rows["c1"] = None
    sealer = Sealer(MASTER, keys.load)
    data, sealed = sealer.seal("c1", "contact.opened", OPENED)
    assert sealed is None
    assert data == {"dnis": "+34910000001", "account": None, "erased": True}
    assert sealer.fresh_keys() == []


def test_a_key_destroyed_while_the_node_runs_is_looked_up_anew_when_told() -> None:
    keys = Keys()
    sealer = Sealer(MASTER, keys.load)
    sealer.seal("c1", "contact.opened", OPENED)
    keys.keep(sealer)
    keys.rows["c1"] = None
    sealer.forget("c1")
    assert sealer.seal("c1", "contact.opened", OPENED)[1] is None


def test_what_is_sealed_again_after_a_failed_transaction_has_a_key_that_is_stored() -> None:
    keys = Keys()
    sealer = Sealer(MASTER, keys.load)
    sealer.seal("c1", "contact.opened", OPENED)
    sealer.fresh_keys()
    sealer.dropped()
    assert sealer.fresh_keys() == []
    data, sealed = sealer.seal("c1", "contact.opened", OPENED)
    keys.keep(sealer)
    assert opened(keys, "c1", "contact.opened", data, sealed) == OPENED


def test_a_transaction_that_was_kept_after_all_leaves_its_key_in_use() -> None:
    keys = Keys()
    sealer = Sealer(MASTER, keys.load)
    first = sealer.seal("c1", "contact.opened", OPENED)
    keys.rows.update(sealer.fresh_keys())
    sealer.dropped()
    second = sealer.seal("c1", "contact.opened", OPENED)
    assert sealer.fresh_keys() == []
    assert opened(keys, "c1", "contact.opened", *first) == opened(keys, "c1", "contact.opened", *second)


def test_a_key_made_between_is_not_taken_for_stored() -> None:
    sealer = Sealer(MASTER, Keys().load)
    sealer.seal("c1", "contact.opened", OPENED)
    sealer.fresh_keys()
    sealer.seal("c2", "contact.opened", OPENED)
    sealer.kept()
    assert [contact for contact, _ in sealer.fresh_keys()] == ["c2"]


def test_what_the_database_says_when_it_is_away_comes_through() -> None:
    def away(contact: str) -> StoredKey | None:
        raise StoreUnavailable(contact)

    with pytest.raises(StoreUnavailable):
        Sealer(MASTER, away).seal("c1", "contact.opened", OPENED)


def test_memory_is_bounded_and_a_key_that_was_put_away_is_loaded() -> None:
    keys = Keys()
    sealer = Sealer(MASTER, keys.load, room=10)
    pieces = {}
    for number in range(100):
        pieces[number] = sealer.seal(f"c{number}", "contact.opened", OPENED)
        keys.keep(sealer)
    assert len(sealer._keys) == 10
    data, sealed = sealer.seal("c0", "contact.opened", OPENED)
    assert sealer.fresh_keys() == []
    for piece in (pieces[0], (data, sealed)):
        assert opened(keys, "c0", "contact.opened", *piece) == OPENED


def test_keys_not_yet_stored_are_never_put_away() -> None:
    sealer = Sealer(MASTER, Keys().load, room=2)
    for number in range(10):
        sealer.seal(f"c{number}", "contact.opened", OPENED)
    assert len(sealer.fresh_keys()) == 10


def test_an_event_of_no_contact_is_sealed_for_the_person_it_tells_of() -> None:
    keys = Keys()
    sealer = Sealer(MASTER, keys.load)
    data, sealed = sealer.seal("", "do_not_call.added", {"number": NUMBER, "by": "ana"})
    again, _ = sealer.seal("-", "do_not_call.removed", {"number": "0034 600-112-233", "by": "ana"})
    keys.keep(sealer)
    assert set(data) == {"by", "subject"}
    assert NUMBER[1:] not in str(data)
    assert data["subject"] == again["subject"]
    assert opened(keys, "", "do_not_call.added", data, sealed) == {"number": NUMBER, "by": "ana"}
    keys.rows[data["subject"]] = None
    assert "number" not in opened(keys, "", "do_not_call.added", data, sealed)


def test_a_subject_that_is_no_number_has_a_key_too() -> None:
    sealer = Sealer(MASTER, Keys().load)
    data, sealed = sealer.seal("", "some.event", {"address": {"street": "Mayor 1"}})
    assert sealed is not None
    assert str(data["subject"]).startswith("person:")


def test_without_sealed_fields_nothing_is_asked_for() -> None:
    keys = Keys()
    data, sealed = Sealer(MASTER, keys.load).seal("c1", "menu.prompt", {"segments": 2})
    assert (data, sealed, keys.asked) == ({"segments": 2}, None, [])
    assert Opener(MASTER).open("c1", "menu.prompt", data, None, None) is data


@pytest.mark.parametrize("written", ["+34 600 11 22 33", "0034600112233", "+34-600-112-233", "34600112233"])
def test_a_number_is_one_however_it_is_written(written: str) -> None:
    assert plain_number(written) == "34600112233"


def test_an_address_is_no_number() -> None:
    assert plain_number(" Ana1234567@Example.org ") == "ana1234567@example.org"


_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
_names = st.sampled_from(["ani", "peer", "to", "by", "text", "number", "step", "destination"]) | st.text()


@given(
    st.dictionaries(_names, _values, max_size=6), st.sampled_from(["contact.opened", "case.opened", "x.y"])
)
def test_whatever_was_sealed_comes_back_as_it_was(data: dict[str, Any], kind: str) -> None:
    keys = Keys()
    sealer = Sealer(MASTER, keys.load)
    stored, sealed = sealer.seal("c1", kind, data)
    keys.keep(sealer)
    assert opened(keys, "c1", kind, stored, sealed) == data


def test_an_act_on_a_number_is_sealed_for_the_same_person_as_the_number_itself() -> None:
    sealer = Sealer(MASTER, Keys().load)
    listed, _ = sealer.seal("", "do_not_call.added", {"number": NUMBER})
    acted, sealed = sealer.seal("", "audit.act", {"act": "DELETE", "on": {"number": NUMBER}})
    assert sealed is not None
    assert acted == {"act": "DELETE", "subject": listed["subject"]}
