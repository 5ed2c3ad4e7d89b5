from __future__ import annotations

import math
from array import array
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from media import catalogue, sound
from media.catalogue import Catalogue, Silence, Slot, Tone
from media.prompts import PromptLibrary, PromptMissing, build_prompts, missing
from tests.kit.clips import Loader
from tests.kit.tone import read_wav

if TYPE_CHECKING:
    from pathlib import Path

    from base.document import Fault
    from media.sound import Samples


def strength(samples: Samples[int], frequency: float) -> float:
    """How much of a sine is in the samples (Goertzel, as RMS of that sine)."""
    turn = 2 * math.pi * frequency / sound.RATE
    real = sum(value * math.cos(turn * at) for at, value in enumerate(samples))
    imaginary = sum(value * math.sin(turn * at) for at, value in enumerate(samples))
    return math.sqrt(2) * math.hypot(real, imaginary) / max(1, len(samples))


def sine(frequency: float, seconds: float, rate: int, amplitude: float = 8000) -> Samples[int]:
    count = round(seconds * rate)
    return array(
        "h", (round(amplitude * math.sin(2 * math.pi * frequency * at / rate)) for at in range(count))
    )


def rms(samples: Samples[int]) -> float:
    return math.sqrt(sum(value * value for value in samples) / len(samples))


@pytest.fixture
def prompts() -> Catalogue:
    made = Catalogue()
    made.add("es", "hello", "Hola.")
    made.add("pl", "hello", "Cześć.")
    made.add("any", "beep", Tone(tone=(440.0,), seconds=0.2))
    return made


@pytest.mark.parametrize("rate", [8000, 16000, 22050, 44100, 48000])
def test_resampling_keeps_the_tone_and_takes_away_what_would_fold_back(rate: int) -> None:
    kept = sound.resample(sine(1000, 0.5, rate), rate)
    assert len(kept) == pytest.approx(4000, abs=2)
    assert strength(kept, 1000) == pytest.approx(8000 / math.sqrt(2), rel=0.03)
    if rate > 12000:
        folded = sound.resample(sine(5200, 0.5, rate), rate)
        assert rms(folded) < 80


@pytest.mark.parametrize("rate", [16000, 22050, 48000])
def test_what_holds_more_than_the_telephone_carries_is_made_wide_too(rate: int) -> None:
    made = sound.prepared(sine(6000, 0.5, rate) + sine(500, 0.5, rate), rate)
    assert made.wide is not None
    assert len(made.wide) == pytest.approx(2 * len(made.narrow), abs=4)
    assert rms(sound.resample(made.wide, sound.WIDE)[:3600]) < 80
    assert rms(made.wide[:7200]) == pytest.approx(sound.LOUDNESS, rel=0.12)
    assert sound.prepared(sine(500, 0.5, 8000), 8000).wide is None


def test_silence_around_the_words_is_cut_but_for_a_breath() -> None:
    silence = array("h", bytes(2 * 8000))
    cut = sound.trim(silence + sine(500, 0.5, 8000) + silence, 8000)
    assert 0.5 < len(cut) / 8000 < 0.7
    assert len(sound.trim(silence, 8000)) == 0


def test_loudness_is_made_even_without_clipping() -> None:
    for amplitude in (300, 3000, 30000):
        assert rms(sound.even(sine(500, 0.5, 8000, amplitude))) == pytest.approx(sound.LOUDNESS, rel=0.02)


def test_a_click_neither_clips_nor_keeps_the_words_quiet() -> None:
    click = sine(500, 0.5, 8000, 400)
    click[2000] = 32000
    made = sound.even(click)
    assert max(map(abs, made)) <= sound.PEAK + 1
    assert rms(made[:1800]) == pytest.approx(sound.LOUDNESS, rel=0.12)  # 1 dB
    steepest = max(abs(after - before) for before, after in pairwise(made[:1900]))
    assert steepest < 2 * sound.LOUDNESS  # no step where it is turned down


def test_words_with_long_pauses_are_as_loud_as_others() -> None:
    words = sine(500, 0.1, 8000, 900)
    made = sound.even(words + array("h", bytes(2 * 80_000)) + words)
    assert rms(made[:800]) == pytest.approx(sound.LOUDNESS, rel=0.12)


def test_silence_stays_silence() -> None:
    assert set(sound.even(array("h", bytes(2 * 800)))) == {0}
    assert len(sound.to_telephone(array("h"), 48000)) == 0


def test_a_microphone_that_leans_to_one_side_does_not_keep_the_silence() -> None:
    silence = array("h", bytes(2 * 8000))
    leaning = array("h", (each + 1500 for each in silence + sine(500, 0.5, 8000) + silence))
    assert 0.5 < len(sound.trim(leaning, 8000)) / 8000 < 0.7


def test_a_tone_is_heard_and_no_other() -> None:
    made = sound.tone((600.0, 1300.0), 1.0)
    assert strength(made, 600) == pytest.approx(strength(made, 1300), rel=0.01)
    assert strength(made, 440) < 10
    assert rms(made) == pytest.approx(sound.LOUDNESS, rel=0.02)


def test_silence_lasts_as_long_as_it_says_and_is_made_like_any_sound(tmp_path: Path) -> None:
    quiet = Catalogue()
    quiet.add("any", "gap", Silence(silence=0.2))
    assert build_prompts(quiet, tmp_path) == 1
    (file,) = tmp_path.iterdir()
    assert read_wav(file) == bytes(2 * 1600)


def test_music_loops_without_a_click() -> None:
    made = sound.music("calm", 4.0)
    assert len(made) == 32000
    steepest = max(abs(after - before) for before, after in pairwise(made))
    assert abs(made[0] - made[-1]) <= steepest
    assert rms(made[:800]) > 100
    assert 3000 < max(map(abs, made)) <= 0.36 * sound.PEAK


def test_prompts_are_made_once_and_again_when_their_words_change(prompts: Catalogue, tmp_path: Path) -> None:
    told: list[tuple[int, int, str]] = []
    assert build_prompts(prompts, tmp_path, lambda *each: told.append(each)) == 3
    assert told == [(1, 3, "es hello"), (2, 3, "pl hello"), (3, 3, "any beep")]
    assert build_prompts(prompts, tmp_path) == 0
    prompts.add("es", "hello", "Buenos días.")
    assert [each.id for each in missing(prompts, tmp_path)] == ["hello"]


def test_a_clip_is_loaded_once_for_all_calls(prompts: Catalogue, tmp_path: Path) -> None:
    plane = Loader()
    library = PromptLibrary(plane, prompts, tmp_path)  # type: ignore[arg-type]
    library.prepare(prompts)
    first = library.clips(("hello", "beep"), "es")
    assert library.clips(("hello", "beep"), "es") == first
    assert library.clip("pl:hello", "es") is library.clip("hello", "pl")
    assert len(plane.loaded) == 3
    assert plane.loaded[2].duration == pytest.approx(0.2)
    library.close()
    assert all(each.released for each in plane.loaded)


def test_a_prompt_that_is_gone_is_played_for_one_more_reload_and_then_let_go(
    prompts: Catalogue, tmp_path: Path
) -> None:
    library = PromptLibrary(Loader(), prompts, tmp_path)  # type: ignore[arg-type]
    library.prepare(prompts)
    former = library.clip("hello", "es")
    fewer = Catalogue()
    fewer.add("any", "beep", Tone(tone=(440.0,), seconds=0.2))
    library.prepare(fewer)
    library.adopt(fewer)
    assert not library.has("hello", "es")
    assert library.clip("hello", "es") is former
    library.adopt(fewer)
    with pytest.raises(PromptMissing):
        library.clip("hello", "es")


def test_a_prompt_without_sound_says_its_name(prompts: Catalogue, tmp_path: Path) -> None:
    library = PromptLibrary(Loader(), prompts, tmp_path)  # type: ignore[arg-type]
    assert not library.has("goodbye", "es")
    with pytest.raises(PromptMissing, match="no prompt goodbye in es"):
        library.clip("goodbye", "es")
    with pytest.raises(PromptMissing, match="no sound yet"):
        library.clip("hello", "es")


def test_slots_cut_a_text_into_pieces() -> None:
    made = Catalogue()
    made.add("en", "paid", "You paid {money:amount}. Reference {digits:reference}.")
    assert made.of("en", "paid") == ("paid.1", Slot("money", "amount"), "paid.2", Slot("digits", "reference"))
    assert made.sounds["en"] == {"paid.1": "You paid", "paid.2": "Reference"}


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("language: pl\nprompts: {a: x}", "2: language pl in a file named es (write language: es)"),
        ('language: es\nprompts: {a: "x {colour:b}"}', "3: slot kind colour is not known"),
        ('language: es\nprompts: {a: "x {digits}"}', "3: prompt a has a broken slot"),
        ('language: es\nprompts: {a: " "}', "3: prompt a has no words"),
        ("language: es\nprompts: {A: x}", "3: prompts.A: "),
    ],
)
def test_a_faulty_catalogue_names_the_line(tmp_path: Path, text: str, fault: str) -> None:
    (tmp_path / "es.yaml").write_text(f"schema: prompts/1\n{text}\n", encoding="utf-8")
    faults: list[Fault] = []
    catalogue.load([tmp_path], faults)
    assert [str(each).removeprefix(f"{tmp_path}/es.yaml:")[: len(fault)] for each in faults] == [fault]


def test_figures_in_a_text_are_a_warning_and_a_card_number_is_an_error(tmp_path: Path) -> None:
    faults: list[Fault] = []
    (tmp_path / "en.yaml").write_text(
        'schema: prompts/1\nlanguage: en\nprompts:\n  open: "Open 24 hours."\n'
        '  card: "Such as 4111 1111 1111 1111."\n  well: "Ending in {digits:last4}."\n'
    )
    catalogue.load([tmp_path], faults)
    assert [(each.line, each.is_warning) for each in faults] == [(4, True), (5, False)]
