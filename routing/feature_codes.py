"""What agents and supervisors dial on any phone, and key in a call. These tables are where the codes stand.

A code may be followed by more digits: `*122` is not ready (`*12`) for reason 2, `*201001` listens (`*20`) to 1001.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from calls import acts, destination

if TYPE_CHECKING:
    from calls.acts import Act


class Wish(Enum):
    """What an agent asks for by dialling, or a supervisor."""

    AVAILABLE = "available"
    NOT_READY = "not_ready"
    WRAP_UP_OVER = "wrap_up_over"
    EXTEND_WRAP_UP = "extend_wrap_up"
    DISPOSITION = "disposition"
    LOG_OUT = "log_out"
    LISTEN = "listen"
    WHISPER = "whisper"
    BARGE = "barge"
    TAKE_OVER = "take_over"
    PICK = "pick"


@dataclass(frozen=True, slots=True)
class Code:
    """One code."""

    code: str
    wish: Wish
    meaning: str


CODES = {
    each.code: each
    for each in (
        Code("*10", Wish.LOG_OUT, "log out"),
        Code("*11", Wish.AVAILABLE, "log in and be available"),
        Code("*12", Wish.NOT_READY, "not ready; digits more give the reason"),
        Code("*13", Wish.WRAP_UP_OVER, "wrap-up is over"),
        Code("*14", Wish.EXTEND_WRAP_UP, "more wrap-up; digits more give the minutes"),
        Code("*15", Wish.DISPOSITION, "the result of the call, whose code follows"),
        Code(
            "*20", Wish.LISTEN, "listen to the agent whose phone follows; 4, 5, 6 and 7 change it in the call"
        ),
        Code("*21", Wish.WHISPER, "whisper to that agent, unheard by the caller"),
        Code("*22", Wish.BARGE, "talk with that agent and the caller"),
        Code("*23", Wish.TAKE_OVER, "go on with the caller in that agent's place"),
        Code("*24", Wish.PICK, "get who waits longest in the queue whose number follows, or in any"),
    )
}

MONITORING = frozenset({Wish.LISTEN, Wish.WHISPER, Wish.BARGE, Wish.TAKE_OVER})
"""What only supervisors may, in a conversation of others."""
KEYS = {"4": Wish.LISTEN, "5": Wish.WHISPER, "6": Wish.BARGE, "7": Wish.TAKE_OVER}
"""What a supervisor presses while monitoring."""

_LENGTH = 3
_LONGEST = 32


@dataclass(frozen=True, slots=True)
class InCall:
    """A code that an agent keys in a conversation; after one with a target a number follows, which `#` ends."""

    code: str
    act: type[Act]
    meaning: str


IN_CALL = (
    InCall("*30", acts.TransferTo, "send the caller to a number, and `#`: agent, queue, menu or outside"),
    InCall("*31", acts.Consult, "talk with a number, and `#`, while the caller waits"),
    InCall("*32", acts.Complete, "leave the others together"),
    InCall("*33", acts.Toggle, "change between the caller and who is consulted"),
    InCall("*34", acts.Conference, "all hear each other"),
    InCall("*35", acts.Cancel, "break off a transfer, consultation or secure capture: back to the caller"),
    InCall("*36", acts.Hold, "the caller hears music"),
    InCall("*37", acts.Resume, "talk with the caller again"),
    InCall("*38", acts.CaptureSecurely, "the caller keys secrets into the client company's form"),
    InCall("*39", acts.CallSupervisor, "talk with a supervisor while the caller waits"),
    InCall("*40", acts.PauseRecording, "pause the recording, where the client company allows it"),
    InCall("*41", acts.ResumeRecording, "record again"),
    InCall("*42", acts.HandBack, "give the caller back to the queue, for another agent"),
    InCall("*43", acts.EndCall, "let everybody go"),
)
"""What agents key in conversations."""
ACTS = {each.code: each.act for each in IN_CALL}


def find(dialled: str) -> destination.FeatureCode | None:
    """The feature code that was dialled, or None."""
    code, argument = dialled[:_LENGTH], dialled[_LENGTH:]
    if code not in CODES or (argument and not argument.isdigit()):
        return None
    return destination.FeatureCode(code, argument)


def unknown(dialled: str) -> destination.FeatureCode | None:
    """What looks like a feature code and is none: its caller is told so."""
    if not dialled.startswith("*") or not set(dialled) <= set("0123456789*#"):
        return None
    return destination.FeatureCode(dialled[:_LONGEST])
