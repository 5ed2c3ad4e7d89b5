"""Whom we may call back, and when: countries, lists, the customer's hours; at the promise and again before a call."""

from __future__ import annotations

from typing import TYPE_CHECKING

from routing.callbacks.callback import Refused
from routing.callbacks.numbers import read_number

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from routing.callbacks.do_not_call import DoNotCall
    from routing.callbacks.numbers import Dialable
    from routing.callbacks.settings import ClientCallbacks

_WORDS = {
    Refused.INVALID: "{number} is no telephone number that can be called",
    Refused.PREMIUM: "{number} costs more than a call: such numbers are never called back",
    Refused.OURS: "{number} is a number of this centre",
    Refused.COUNTRY: "{number} is a number of {country}; callbacks of {client} go to {countries}",
    Refused.DO_NOT_CALL: "{number} is on the do-not-call list",
}


class CallbackRules:
    """What holds at present; replaced by a reload."""

    __slots__ = ("_clients", "_home", "_otherwise", "_owns", "do_not_call")

    def __init__(
        self,
        clients: Mapping[str, ClientCallbacks],
        otherwise: ClientCallbacks,
        do_not_call: DoNotCall,
        *,
        home: str | None = None,
        owns: Callable[[str], bool] = lambda number: False,
    ) -> None:
        """`otherwise` is of clients without a file; `home` the country of numbers without a prefix.

        `owns` tells whether a number (E.164) leads to the centre itself.
        """
        self._clients = clients
        self._otherwise = otherwise
        self._home = home
        self._owns = owns
        self.do_not_call = do_not_call

    def of(self, client: str) -> ClientCallbacks:
        """What a client company keeps to."""
        return self._clients.get(client, self._otherwise)

    def read(self, text: str) -> Dialable | None:
        """The number that is meant; None: it is none."""
        return read_number(text, self._home)

    def refusal(self, number: Dialable, client: str) -> Refused | None:
        """Why a number may not be called for a client company, at whatever hour."""
        if number.is_premium:
            return Refused.PREMIUM
        if self._owns(number.number):
            return Refused.OURS
        if number.country not in self.of(client).countries:
            return Refused.COUNTRY
        return Refused.DO_NOT_CALL if self.do_not_call.holds(number.number, client) else None

    def opens(self, number: str, client: str, at: float) -> float | None:
        """The first moment from `at` on at which the customer may be called; None: there is none."""
        found = self.read(number)
        return self.of(client).hours.opens(at, found.zones if found is not None else ())

    def shuts(self, number: str, client: str, at: float) -> float | None:
        """When that is over, at a moment at which the customer may be called; None: never."""
        found = self.read(number)
        return self.of(client).hours.shuts(at, found.zones if found is not None else ())

    def words(self, refused: Refused, text: str, client: str) -> str:
        """A refusal for people."""
        number = self.read(text)
        return _WORDS[refused].format(
            number=number.number if number is not None else text,
            country=number.country if number is not None else "",
            client=client,
            countries=", ".join(sorted(self.of(client).countries)) or "no country",
        )
