"""Numbers of the house that would hide a call for help, and lists of numbers outside that name no country."""

from __future__ import annotations

from typing import TYPE_CHECKING

from base.document import read, suggest
from routing.callbacks.numbers import countries
from routing.tolls.kinds import country_of, is_emergency

if TYPE_CHECKING:
    from collections.abc import Iterator

    from base.document import Fault, Location
    from routing.config import CentreConfig
    from sip.profile import Profiles


def outside_faults(config: CentreConfig, profiles: Profiles) -> Iterator[Fault]:
    """All of both kinds."""
    yield from _hiding_help(config, profiles)
    yield from _nowhere(config, profiles)


def _hiding_help(config: CentreConfig, profiles: Profiles) -> Iterator[Fault]:
    """A phone of the house that dials such a number is put through to help: nothing else may be called so."""
    home, also = country_of(config.centre.country), config.routing.emergency.numbers
    numbers = read(config.folder / "numbers.yaml")
    for index, number in enumerate(config.routing.numbers):
        if number.number in also or is_emergency(number.number, home):
            what = f"{number.number} calls for help and is no number of the centre"
            yield numbers.fault(("numbers", index, "number"), what, "choose another")
    phones = read(config.sip_profiles / "internal.yaml")
    for account in profiles.internal.accounts:
        if account in also or is_emergency(account, home):
            what = f"{account} calls for help and is no phone account"
            yield phones.fault(("accounts", account), what, "choose another")


def _nowhere(config: CentreConfig, profiles: Profiles) -> Iterator[Fault]:
    internal, external = profiles.internal, profiles.external
    phones: dict[Location, tuple[str, ...] | None] = {("dial_out",): internal.dial_out}
    for name, account in internal.accounts.items():
        phones["accounts", name, "dial_out"] = account.dial_out
    trunks: dict[Location, tuple[str, ...] | None] = {("dial_out",): external.dial_out}
    for file, lists in (("internal.yaml", phones), ("external.yaml", trunks)):
        document = read(config.sip_profiles / file)
        for at, patterns in lists.items():
            for index, pattern in enumerate(patterns or ()):
                country = pattern.removeprefix("!")
                if country.isalpha() and country.isupper() and country not in countries():
                    mend = suggest(country, countries())
                    what = f"{country} is no country with telephones"
                    yield document.fault(
                        (*at, index), what, mend if mend.startswith("did") else "write two letters such as ES"
                    )
