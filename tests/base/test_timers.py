"""base.timers against the plainest model of it: a dict searched in full."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from base.timers import Timers

STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("set"), st.integers(0, 5), st.floats(0, 100)),
        st.tuples(st.just("cancel"), st.integers(0, 5), st.just(0.0)),
        st.tuples(st.just("pop"), st.just(0), st.floats(0, 100)),
    ),
    max_size=300,
)


@given(STEPS)
def test_it_agrees_with_a_plain_dict(steps: list[tuple[str, int, float]]) -> None:
    timers: Timers[int] = Timers()
    model: dict[int, float] = {}
    for verb, key, at in steps:
        if verb == "set":
            timers.set(key, at)
            model[key] = at
        elif verb == "cancel":
            timers.cancel(key)
            model.pop(key, None)
        else:
            popped = timers.pop_due(at)
            due = {each for each, when in model.items() if when <= at}
            if popped is None:
                assert not due
            else:
                assert model[popped] == min(model.values())
                del model[popped]
        assert timers.next() == min(model.values(), default=None)
        assert len(timers) == len(model)


def test_moving_a_deadline_for_ever_does_not_grow_the_heap() -> None:
    timers: Timers[str] = Timers()
    for at in range(100_000):
        timers.set("keepalive", float(at))
    assert len(timers._heap) < 200
