"""What queues say, from the shipped prompts: whole sentences in each language, or nothing."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import pytest

from centralita.queues.voice import QueueVoice
from ivr.wording import load_wording
from media.prompts import PromptMissing
from routing.waiting.sayings import Saying, of_position, of_wait

if TYPE_CHECKING:
    from collections.abc import Iterable

    from centralita.present import Present
    from media.prompts import PromptLibrary

ROOT = Path(__file__).resolve().parents[2]
WORDING = load_wording([ROOT / "prompts"], [])


class Library:
    """Plays texts."""

    def __init__(self) -> None:
        self.gone: set[str] = set()

    def has(self, segment: str, language: str) -> bool:
        return bool(WORDING.sound(language, segment))

    def clips(self, segments: Iterable[str], language: str) -> tuple[str, ...]:
        found = tuple(segments)
        if self.gone.intersection(found):
            raise PromptMissing("no sound")
        return tuple(str(WORDING.sound(language, each)) for each in found)


LIBRARY = Library()
PRESENT = SimpleNamespace(
    now=lambda: SimpleNamespace(catalogue=WORDING, centre=SimpleNamespace(language="es")),
)
VOICE = QueueVoice(cast("Present", PRESENT), cast("PromptLibrary", LIBRARY))


def said(*sayings: Saying, language: str | None) -> str:
    clips = cast("tuple[str, ...]", VOICE.spoken(sayings, language))
    return " ".join(clips).replace(".", "")  # of a dot alone no sound is made


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (
            "en",
            "Your call is number twenty-one in the queue The estimated waiting time is about one minute",
        ),
        (
            None,
            "Su llamada ocupa el puesto número veintiuno El tiempo de espera aproximado es de un minuto",
        ),
        (
            "pl",
            "To połączenie jest dwudzieste pierwsze w kolejce "
            "Przewidywany czas oczekiwania: mniej więcej jedna minuta",
        ),
    ],
)
def test_place_and_wait_are_whole_sentences(language: str | None, words: str) -> None:
    assert said(of_position(21), of_wait(1), language=language) == words


@pytest.mark.parametrize("language", ["en", "es", "pl"])
@pytest.mark.parametrize("minutes", [0, 1, 2, 5, 10, 15, 25, 30, 40, 60, 61])
def test_every_wait_that_is_ever_told_has_words(language: str, minutes: int) -> None:
    assert said(of_wait(minutes), language=language)


def test_a_saying_that_lacks_a_word_is_left_out_and_the_others_are_said() -> None:
    assert said(Saying("no_such"), of_position(1), of_position(10**6), language="pl") == (
        "To połączenie zostanie odebrane jako następne"
    )


def test_a_sound_that_is_gone_is_silence() -> None:
    LIBRARY.gone.add("queue_next")
    try:
        assert VOICE.spoken((of_position(1),), "pl") == ()
    finally:
        LIBRARY.gone.clear()
