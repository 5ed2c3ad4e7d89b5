"""The keys of one leg: those pressed at the far end, each counted once, and those that we press towards it."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING

from calls.events import DigitPressed
from calls.keys import Keys
from sip.offer.keys import Dtmf
from sip.session.sent_info import SentKeys

if TYPE_CHECKING:
    from calls.leg import Leg

PRESS = 0.1
GAP = 0.1
"""Seconds that a key of ours is down, and up before the next."""
PAUSE = 1.0
"""Seconds of each `,` or `p` among the keys."""
_PAUSES = re.compile(r"[,pP]+")
_KEYS = re.compile(r"[^,pP]+")


class Keying:
    """Both directions. What is pressed is never shown: it may belong to a card or be a PIN."""

    __slots__ = ("_heard", "_leg", "_sent", "_timer", "_waiting", "after_answer")

    def __init__(self, leg: Leg) -> None:
        """Begin with none."""
        self._leg = leg
        self._heard = Keys()
        self._sent: SentKeys | None = None
        self._waiting = ""
        self._timer: asyncio.TimerHandle | None = None
        self.after_answer = ""
        """What is pressed as soon as the far end answers, such as an extension behind its own menu."""

    def heard(self, key: str, means: str) -> None:
        """A key came as an event, a tone or an info; one that comes in several ways counts once."""
        if self._heard.counts(key, means, now=asyncio.get_running_loop().time()):
            self._leg.contact.inbox.post(DigitPressed(self._leg, key))

    def signalled(self, key: str) -> None:
        """A key came in signalling (INFO)."""
        if self._leg.is_up:
            self.heard(key, "info")

    def flashed(self) -> None:
        """The hook was pressed for a moment; the media plane passes it on to the other party."""
        self._leg.contact.record("leg.hook_flash", self._leg)

    def answered(self) -> None:
        """The far end has answered."""
        keys, self.after_answer = self.after_answer, ""
        self.send(keys)

    def send(self, keys: str) -> None:
        """Press keys towards the far end, after those before; `,` and `p` are pauses of a second."""
        self._waiting += keys
        if self._timer is None:
            self._go_on()

    def pass_on(self, key: str) -> None:
        """The other party pressed a key: the media plane passes it on, except to who wants an INFO."""
        if self._leg.stream.dtmf is Dtmf.INFO:
            self.send(key)

    def stop(self) -> None:
        """The leg is over."""
        self._waiting = ""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _go_on(self) -> None:
        self._timer = None
        if not self._leg.is_up:
            self._waiting = ""
        elif pauses := _PAUSES.match(self._waiting):
            self._wait(len(pauses[0]), PAUSE)
        elif keys := _KEYS.match(self._waiting):
            self._wait(self._press(keys[0]), PRESS + GAP)

    def _press(self, keys: str) -> int:
        """Press as many as go at once."""
        if self._leg.stream.dtmf is not Dtmf.INFO:
            self._leg.stream.port.send_digits(keys, duration=PRESS, gap=GAP)
            return len(keys)
        self._sent = self._sent or SentKeys(self._leg.session)
        self._leg.exchange.sip.press(self._sent, keys[0].upper(), PRESS)
        return 1

    def _wait(self, done: int, seconds: float) -> None:
        self._waiting = self._waiting[done:]
        self._timer = asyncio.get_running_loop().call_later(done * seconds, self._go_on)
