"""`centralita menu try`: dialogues typed line by line, at a real terminal too, and calls by --keys."""

from __future__ import annotations

import json
import os
import pty
import select
import subprocess
import sys
import wave
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from centralita.commands import app

if TYPE_CHECKING:
    from collections.abc import Iterator

    from typer.testing import Result

ROOT = Path(__file__).resolve().parents[2]
CARD, BIRTH = "4111111111111111", "01021980"
PAID = f"2,12#,1,{CARD}#,1228,123#,1"


def attempt(*words: object, lines: str | None = None, menu_set: str = "banco_sol") -> Result:
    """One call to the shipped menus."""
    given = ["menu", "try", menu_set, "--config", str(ROOT / "config"), *map(str, words)]
    return CliRunner().invoke(app, given, input=lines)


def told(result: Result) -> list[str]:
    """The lines without their times."""
    return [line[9:] for line in result.output.splitlines() if line.strip()]


def test_a_call_typed_line_by_line() -> None:
    result = attempt("--language", "en", lines=f"1\n{CARD}#\n{BIRTH}\nok\n2\n")
    assert result.exit_code == 0
    lines = told(result)
    assert lines[1:3] == [
        "step start",
        'says "Welcome to Banco Sol. This call may be recorded to help us improve our service."',
    ]
    assert "keys 1" in lines
    assert f"keys {'●' * 17}" in lines
    assert "asks card.activate (card, birth)" in lines
    assert 'says "The card ending in one one one one is now active."' in lines
    assert "hung up after goodbye" in lines
    assert "main> " in result.output
    assert "activate (secret)> " in result.output
    assert "the back end may answer: ok, already, no_match, locked, fraud, unavailable" in result.output


def test_nothing_secret_is_shown_whatever_is_typed() -> None:
    lines = f"{CARD}#\n1\n{CARD}\nok\n{CARD} {BIRTH}x\n\n{CARD}#\n{BIRTH}\nno_match\n{CARD}#\nback\n"
    result = attempt("--language", "es", lines=lines)
    assert result.exit_code == 0
    for secret in (CARD, CARD[:6], BIRTH, "0102"):
        assert secret not in result.output


def test_a_line_is_taken_back_and_the_call_stands_where_it_stood() -> None:
    result = attempt("--language", "en", lines=f"back\n1\n{CARD}#\nback\nback\n0\n")
    lines = told(result)
    assert "nothing to take back" in result.output
    assert "taken back: in step activate" in lines
    assert "taken back: in step main" in lines
    assert lines[-2] == "queue banco_atencion"


def test_a_call_that_is_over_can_be_taken_back() -> None:
    result = attempt("--language", "en", lines="h\n0\nback\n0\nq\nnever read\n")
    assert "the caller hung up" in told(result)
    assert "the call is over; back takes the last line back" in result.output
    assert "queue banco_atencion" in told(result)
    assert "never read" not in result.output


def test_silence_waiting_talking_and_help() -> None:
    result = attempt("--language", "en", lines="?\n.\n\nwait 60\nback\nwait x\ntalk -1\nhum\n")
    assert "no answer (1)" in told(result)
    assert "no answer (2)" in told(result)
    assert "no answer (3)" in told(result)
    assert "hang up" in result.output
    assert result.output.count("write seconds: wait 5") == 2
    assert "not understood; ? explains" in result.output


def test_the_language_can_be_switched_and_what_was_said_is_repeated_in_it() -> None:
    result = attempt("--language", "en", lines="lang pl\n9\nlang fr\n")
    assert "language pl" in told(result)
    assert any(line.startswith('said last, in pl: "Aby aktywować kartę') for line in told(result))
    assert any(line.startswith('says "Aktywacja karty') for line in told(result))
    assert "does not speak that" in result.output


def test_answers_are_named_by_their_beginning_and_may_tell_something() -> None:
    told_wrong = "maybe\nok\nok nothing=1\n"
    lines = f'3\n{CARD}#\n{BIRTH}\n{told_wrong}ok balance="500000 EUR"\nback\nok due="9900 EUR"\n'
    result = attempt("--language", "en", lines=lines)
    assert "identity.verify answers: ok, no_match, locked, fraud, unavailable" in result.output
    assert "account.balance tells balance, due" in result.output
    assert any("five thousand euros" in line for line in told(result))
    assert any("ninety-nine euros" in line for line in told(result))


def test_what_a_good_answer_tells_is_made_up_unless_it_is_said() -> None:
    result = attempt("--language", "en", "--keys", PAID, "--reply", "appr reference=777")
    assert any("seven seven seven" in line for line in told(result))
    assert result.exit_code == 3  # anything else?


def test_keys_without_a_terminal_and_the_status_of_a_call_that_is_not_over() -> None:
    over = attempt("--language", "es", "--keys", "0")
    assert (over.exit_code, told(over)[-1]) == (0, "queue banco_atencion")
    assert attempt("--language", "es", "--keys", "9").exit_code == 3
    silent = attempt("--language", "es", "--keys", ".,.,.")
    assert (silent.exit_code, told(silent)[-1]) == (0, "queue banco_atencion")
    unanswered = attempt("--language", "es", "--keys", PAID)
    assert told(unanswered)[-1] == "queue banco_atencion priority 50"
    early = attempt("--language", "es", "--keys", "0,1")
    assert "the call was over before the last of the keys" in early.output


def test_keys_as_json_hold_no_secret() -> None:
    result = attempt("--language", "es", "--keys", PAID, "--reply", "declined", "--json")
    document = json.loads(result.output)
    assert (document["menu_set"], document["over"]) == ("banco_sol", False)
    assert {"kind": "back_end_asked", "action": "payment.charge"}.items() <= next(
        each for each in document["transcript"] if each["kind"] == "back_end_asked"
    ).items()
    for secret in (CARD, CARD[:6], "1228"):
        assert secret not in result.output


def test_the_sandbox_answers_by_its_own_rules_and_forgets() -> None:
    keys = f"1,{CARD}#,{BIRTH},2"
    for _ in range(2):  # active already, had it remembered
        assert "card.activate: ok" in told(attempt("--language", "es", "--keys", keys, "--sandbox"))
    wrong = attempt("--language", "es", "--sandbox", lines=f"1\n{CARD}#\n02021980\nback\n{BIRTH}\n")
    assert "card.activate: no_match" in told(wrong)
    assert "card.activate: ok" in told(wrong)


def test_who_calls_when_and_where() -> None:
    spanish = attempt("--from", "+34911222333", "--keys", "1")
    assert told(spanish)[3].startswith('says "Para español')
    dialled = attempt("--dialled", "0048220000001", "--keys", "0")
    assert "language pl" in told(dialled)
    expired = attempt("--language", "en", "--at", "2029-01-01 10:00", "--keys", f"2,12#,1,{CARD}#,1228")
    assert "field expiry, 4 keys: refused (past)" in told(expired)
    begun = attempt("--language", "en", "--start", "lost_card", "--keys", "")
    assert told(begun)[0] == "step lost_card"


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--language", "fr"], "does not speak fr"),
        (["--at", "soon"], '"soon" is no moment'),
        (["--hours", "shut"], "no state of opening hours shut; known: closed, emergency, holiday, open"),
        (["--dialled", "+1999"], "nobody answers at +1999"),
        (["--start", "stat"], 'there is no step of banco_sol stat; did you mean "start"?'),
        (["--announcement", "hello"], "write PLACE=PROMPT"),
        (["--announcement", "x=hello"], "there is no place for announcements x"),
        (["--announcement", "outage=hello"], "there is no prompt hello"),
        (["--reply", "ok"], "belong to --keys"),
        (["--keys", "a"], "not understood"),
        (["--version", "live"], "nothing of banco_sol is live"),
        (["--keys", "0", "--sound", "/nowhere/call.wav"], "there is no folder /nowhere"),
    ],
)
def test_what_makes_no_sense_is_said_so(words: list[str], says: str, tmp_path: Path) -> None:
    result = attempt(*words, "--state", tmp_path, lines="q\n")
    assert (result.exit_code, says in result.output.replace("\n", " ")) == (1, True), result.output
    assert "Traceback" not in result.output


def test_a_menu_set_that_is_not_there() -> None:
    result = attempt(menu_set="banco_sola")
    assert (result.exit_code, 'did you mean "banco_sol"?' in result.output.replace("\n", " ")) == (1, True)


def test_a_published_version_is_tried_by_the_beginning_of_its_name(tmp_path: Path) -> None:
    published = CliRunner().invoke(
        app,
        ["menu", "publish", "banco_sol", "--yes", "--state", str(tmp_path), "--config", str(ROOT / "config")],
    )
    assert published.exit_code == 0, published.output
    result = attempt(
        "--version", "live", "--state", tmp_path, "--language", "en", "--keys", PAID, "--reply", "approved",
        "--announcement", "outage=outage_cards",
    )  # fmt: skip
    assert "Welcome to Banco Sol" in result.output
    assert "Card payments are not working" in result.output
    assert any("payment of twelve euros" in line for line in told(result))
    unknown = attempt("--version", "0000", "--state", tmp_path)
    assert unknown.exit_code == 1


@pytest.fixture
def tones(tmp_path: Path) -> Iterator[Path]:
    """A centre whose prompts are tones: no voice is needed."""
    from tests.kit.small_centre import write_centre

    config = write_centre(tmp_path)
    (config / "menus/main.yaml").write_text(
        "schema: ivr/1\nmenu_set: main\nlanguages: [en]\nperson: none\nstart: hello\nsteps:\n"
        "  hello: {type: say, prompt: tone_main, next: wait}\n"
        "  wait: {type: say, prompt: tone_main, loop: true, next: {queue: help}}\n"
    )
    yield config


def test_the_sound_of_a_call_has_its_length_and_its_tones(tones: Path, tmp_path: Path) -> None:
    file = tmp_path / "call.wav"
    given = ["menu", "try", "main", "--config", tones, "--state", tmp_path / "state", "--sound", file]
    result = CliRunner().invoke(app, list(map(str, given)), input="wait 10\n1\n")
    assert result.exit_code == 0, result.output
    times = [line.split()[0] for line in result.output.splitlines() if "queue help" in line]
    with wave.open(str(file)) as sound:
        seconds = sound.getnframes() / sound.getframerate()
        samples = sound.readframes(sound.getnframes())
    minutes, _, rest = times[0].partition(":")
    assert seconds == pytest.approx(60 * int(minutes) + float(rest), abs=0.1)
    loud = [any(samples[at : at + 1600]) for at in range(0, len(samples) - 1600, 1600)]
    assert all(loud)  # the loop goes on until the key


def test_at_a_terminal_the_secret_is_not_echoed() -> None:
    pid_side, our_side = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "centralita", "menu", "try", "banco_sol", "--language", "en"],
        stdin=our_side,
        stdout=our_side,
        stderr=our_side,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), "TERM": "xterm", "COLUMNS": "120"},
        close_fds=True,
    )
    os.close(our_side)
    try:
        seen = _until(pid_side, "main> ")
        os.write(pid_side, b"1\n")
        seen += _until(pid_side, "activate (secret)> ")
        os.write(pid_side, f"{CARD}#\n".encode())
        seen += _until(pid_side, "activate (secret)> ")
        os.write(pid_side, b"back\n")
        seen += _until(pid_side, "activate (secret)> ")
        os.write(pid_side, b"h\n")
        seen += _until(pid_side, "q> ")
        os.write(pid_side, b"q\n")
        assert process.wait(20) == 0
    finally:
        process.kill()
        process.wait()
        os.close(pid_side)
    assert "main> 1\r\n" in seen.replace("\x1b[0m", "")  # an option is echoed
    assert CARD[:6] not in seen
    assert "●" in seen
    assert "\x1b[" in seen  # colours


def _until(terminal: int, words: str) -> str:
    """What is shown up to these words."""
    seen = b""
    while words not in seen.decode(errors="ignore").replace("\x1b[0m", "").replace("\x1b[1m", ""):
        ready, _, _ = select.select([terminal], [], [], 60)
        assert ready, seen.decode(errors="replace")
        seen += os.read(terminal, 65536)
    return seen.decode(errors="ignore")
