"""Of who was erased nothing is known but that he or she must not be called."""

from __future__ import annotations

from routing.callbacks.do_not_call import ALL, DoNotCall, Listed

NUMBER, OTHER = "+34600111222", "+34600999888"


def hashed(number: str) -> str:
    return f"person:{number[::-1]}"


def test_a_keyed_hash_takes_the_place_of_the_number_and_still_holds() -> None:
    never = DoNotCall(added=[Listed(NUMBER, ALL, "joe", 1.0), Listed(OTHER, ALL, "joe", 2.0)], hashed=hashed)
    ((before, after),) = never.erase({NUMBER, "600111222"}, None)
    assert (before.number, after.number, after.since) == (NUMBER, hashed(NUMBER), 1.0)
    assert NUMBER not in str(never.added())
    assert never.holds(NUMBER, "bank")
    assert never.holds(OTHER, "bank")
    assert not never.holds("+34911000111", "bank")
    removed = never.remove(NUMBER, ALL)
    assert removed is not None
    assert removed.number == hashed(NUMBER)
    assert not never.holds(NUMBER, "bank")


def test_one_client_company_erases_its_own_entries() -> None:
    never = DoNotCall(
        added=[Listed(NUMBER, "bank", "joe", 1.0), Listed(NUMBER, "shop", "joe", 2.0)], hashed=hashed
    )
    assert [after.client for _, after in never.erase({NUMBER}, "shop")] == ["shop"]
    assert [each.number for each in never.added()] == [hashed(NUMBER), NUMBER]
    assert never.holds(NUMBER, "bank")
    assert never.holds(NUMBER, "shop")


def test_without_a_key_nothing_is_changed() -> None:
    never = DoNotCall(added=[Listed(NUMBER, ALL, "joe", 1.0)])
    assert never.erase({NUMBER}, None) == []
    assert never.holds(NUMBER, "bank")
