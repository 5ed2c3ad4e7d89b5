"""A dialogue: a simulated call that a person plays line by line, with each line taken back if need be.

Understands lines and changes the call; shows nothing: the terminal and the console do that from the transcript.
"""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from base.document import suggest
from base.secret import Secret
from ivr.actions import ACTIONS, FACT_KINDS, GOOD
from ivr.authoring.transcript import Noted
from ivr.errors import Misunderstood

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ivr.authoring.simulation import Simulation
    from ivr.commands import AskBackEnd

    Act = Callable[[Simulation], None]

KEYS = frozenset("0123456789*#,")
LONGEST = 86_400.0
HELP = """\
12#          press keys, as soon as nothing is said any more; a comma listens in between: 1,4711#
.            stay silent until the menus go on by themselves (an empty line does the same)
wait 5       let seconds pass
talk 5       speak for seconds: into a message
lang pl      go on in another language
back         take the last line back
h            hang up
q            leave
While the back end is asked: the result, or its beginning, with what it tells: ok last4=1111 due="4250 EUR\""""

_INVENTED = {
    "reference": "000123",
    "segment": "standard",
    "balance": "123450 EUR",
    "due": "4250 EUR",
    "digits": "1111",
    "money": "1999 EUR",
    "date": "2026-11-20",
}


class Dialogue:
    """One call, and the lines that brought it where it is."""

    __slots__ = ("_acts", "_begin", "_secrets", "call")

    def __init__(self, begin: Callable[[], Simulation]) -> None:
        """`begin` makes the call anew, always in the same way: lines are taken back by playing the others again."""
        self._begin = begin
        self._acts: list[Act] = []
        self._secrets: list[Secret] = []
        self.call = begin()
        self.call.hear_out()

    @property
    def expects(self) -> str:
        """Whose turn it is: `answer` of the back end, `keys` of the caller, or `nothing` once the call is over."""
        if self.call.finished:
            return "nothing"
        return "answer" if self.call.awaits_answer else "keys"

    @property
    def answers(self) -> tuple[str, ...]:
        """The results that the back end may give now."""
        asked = self.call.asked
        return ACTIONS[asked.action].results if asked is not None and self.expects == "answer" else ()

    def enter(self, line: str) -> None:
        """Carry out one line. Raises Misunderstood, and the call stands where it stood."""
        word, *rest = _words(line) or ["."]
        if word == "back":
            self.back()
            return
        if self.call.finished:
            raise Misunderstood("the call is over; back takes the last line back")
        act = self._read(word, rest, line)
        act(self.call)
        self.call.hear_out()
        self._acts.append(act)

    def back(self) -> None:
        """Take the last line back. Raises Misunderstood when there is none."""
        if not self._acts:
            raise Misunderstood("nothing to take back")
        self._acts.pop()
        self.call = self._begin()
        self.call.hear_out()
        for act in self._acts:
            act(self.call)
            self.call.hear_out()

    def close(self) -> None:
        """Wipe what was typed."""
        for each in self._secrets:
            each.wipe()
        self._acts.clear()

    def _read(self, word: str, rest: list[str], line: str) -> Act:
        match word, rest:
            case ".", []:
                return lambda call: call.stay_silent()
            case (("h" | "hang"), _):
                return lambda call: call.hang_up()
            case (("wait" | "talk"), [number]):
                seconds = _seconds(number)
                return (
                    (lambda call: call.wait(seconds)) if word == "wait" else lambda call: call.talk(seconds)
                )
            case "lang", [language]:
                return self._language(language)
            case _ if KEYS.issuperset("".join(line.split())):
                return self._keys("".join(line.split()))
            case _ if self.expects == "answer":
                return self._answer(word, rest)
            case _:
                # Never repeats the line: a slip may hold a card number.
                raise Misunderstood("not understood; ? explains")

    def _keys(self, keys: str) -> Act:
        if not keys.strip(","):
            raise Misunderstood("press keys: digits, * and #")
        typed = Secret(keys)
        self._secrets.append(typed)

        def press(call: Simulation) -> None:
            press_and_listen(call, typed.reveal())

        return press

    def _language(self, language: str) -> Act:
        known = self.call.menus.languages
        if language not in known:
            raise Misunderstood(f"{self.call.menus.name} does not speak that; {suggest(language, known)}")

        def speak(call: Simulation) -> None:
            call.speak(language)
            call.transcript.append(
                Noted(call.now, f'said last, in {language}: "{call.heard_last(language)}"')
            )

        return speak

    def _answer(self, word: str, rest: list[str]) -> Act:
        asked = self.call.asked
        results = self.answers
        found = [each for each in results if each == word] or [
            each for each in results if each.startswith(word)
        ]
        if asked is None or len(found) != 1:
            raise Misunderstood(f"{asked.action if asked else 'the back end'} answers: {', '.join(results)}")
        result = found[0]
        told = dict(each.split("=", 1) for each in rest if "=" in each)
        known = ACTIONS[asked.action].facts
        for name in told:
            if name not in known:
                raise Misunderstood(f"{asked.action} tells {', '.join(known) or 'nothing'}")
        facts = {**invented(asked, result), **told}
        return lambda call: call.reply(result, **facts)


def press_and_listen(call: Simulation, keys: str) -> None:
    """Press keys, each part between commas once what is said is over. Stops where the call is over."""
    for part in keys.split(","):
        call.hear_out()
        call.press(part)


def invented(asked: AskBackEnd, result: str) -> Mapping[str, str]:
    """What a back end could tell with a good result, so that prompts have something to speak."""
    if result not in GOOD:
        return {}
    facts = {
        name: _INVENTED.get(name) or _INVENTED.get(FACT_KINDS[name], "1")
        for name in ACTIONS[asked.action].facts
    }
    for name in ("card", "last4"):
        given = asked.fields.get(name)
        if "last4" in facts and given:
            facts["last4"] = given.last(4) if isinstance(given, Secret) else given
    return facts


def _words(line: str) -> list[str]:
    """With quotes as a shell has them."""
    try:
        return shlex.split(line)
    except ValueError:
        return line.split()


def _seconds(number: str) -> float:
    try:
        seconds = float(number)
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds <= LONGEST:
        raise Misunderstood("write seconds: wait 5")
    return seconds
