"""What one kind of file says of another: queues of clients and music, numbers of menus, agents of phones.

Each rule is one function yielding faults; what a single file says is checked by those who read it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from base.address import WILDCARDS
from base.document import Fault, read, suggest
from calls.destination import Extension, Menu, Number, Queue
from centralita.queues.prompts import unsaid
from centralita.ways_in import stepless
from sip.listener import clash, on_one_port
from sip.listener_settings import clashing

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from base.document import Document
    from calls.destination import Destination
    from ivr.compiled import CompiledMenus
    from media.catalogue import Catalogue
    from routing.clients import Client
    from routing.config import CentreConfig
    from routing.hours.calendar import OpeningHours
    from sip.profile import Profiles


def inconsistencies(
    config: CentreConfig, menus: Mapping[str, CompiledMenus], wording: Catalogue, profiles: Profiles | None
) -> Iterator[Fault]:
    """All faults between files; what could not be read (no profiles, menus left out) is not asked."""
    if profiles is not None:
        yield from homeless(config, profiles)
        yield from unregistered(config, menus, profiles)
        yield from trunkless(config, menus, profiles)
        yield from undirected(config, profiles)
        yield from crowded(config, profiles)
        yield from overlapping(config, profiles)
        yield from unreachable(config, profiles)
    yield from silent(config, wording)
    yield from unsaid(config, menus, wording)
    yield from stepless(config, menus)
    yield from mute(config, menus, wording)
    yield from foreign(config, menus)


def untimely(
    folder: Path, clients: Mapping[str, Client], hours: Mapping[str, OpeningHours]
) -> Iterator[Fault]:
    """Hours that client companies go by, and that nobody has written, or for another company."""
    for name, client in clients.items():
        if client.hours is None:
            continue
        document = read(folder / "clients" / f"{name}.yaml")
        found = hours.get(client.hours)
        if found is None:
            mend = suggest(client.hours, hours) or "write them in hours.yaml"
            yield document.fault(("hours",), f"no hours are called {client.hours}", mend)
        elif found.timetable.client not in (None, name):
            what = f"the hours {client.hours} are those of {found.timetable.client}"
            yield document.fault(("hours",), what, f"give {name} its own in hours.yaml")


def formless(
    config: CentreConfig, clients: Mapping[str, Client], menus: Mapping[str, CompiledMenus]
) -> Iterator[Fault]:
    """Forms for secrets, of client companies, that are no step of a menu set."""
    for name, client in clients.items():
        part = client.secure_capture
        if part is None:
            continue
        document = read(config.folder / "clients" / f"{name}.yaml")
        found = menus.get(part.menu)
        if found is None:
            what, mend = f"no menu set is called {part.menu}", suggest(part.menu, menus)
            yield document.fault(("secure_capture", "menu"), what, mend or "write it in menus/")
        elif part.step is not None and part.step not in found.steps:
            what = f"the menu set {part.menu} has no step {part.step}"
            yield document.fault(("secure_capture", "step"), what, suggest(part.step, found.steps))


def unhoured(config: CentreConfig, hours: Mapping[str, OpeningHours]) -> Iterator[Fault]:
    """Queues that are open at hours which nobody has written."""
    document = read(config.folder / "queues.yaml")
    for queue in config.routing.queues.values():
        if queue.hours is not None and queue.hours not in hours:
            mend = suggest(queue.hours, hours) or "write them in hours.yaml"
            yield document.fault(("queues", queue.id, "hours"), f"no hours are called {queue.hours}", mend)


def silent(config: CentreConfig, wording: Catalogue) -> Iterator[Fault]:
    """Queues whose music is no prompt: callers would wait in silence and hang up."""
    language = config.centre.language
    document = read(config.folder / "queues.yaml")
    for queue in config.routing.queues.values():
        if queue.music is not None and not wording.has(language, queue.music) and not wording.unread:
            mend = suggest(queue.music, wording.ids(language))
            yield document.fault(("queues", queue.id, "music"), f"no prompt is called {queue.music}", mend)


def mute(config: CentreConfig, menus: Mapping[str, CompiledMenus], wording: Catalogue) -> Iterator[Fault]:
    """Numbers in a language that their menu does not speak, or nothing does."""
    document = read(config.folder / "numbers.yaml")
    for index, number in enumerate(document.data.get("numbers", ())):
        language = number.get("language")
        menu = menus.get(number.get("menu", ""))
        known = menu.languages if menu is not None else wording.languages()
        if language is not None and language not in known and not wording.unread:
            where = f"menu {menu.name}" if menu is not None else "prompts"
            at = ("numbers", index, "language")
            yield document.fault(at, f"language {language} is none of {where}", suggest(language, known))


def homeless(config: CentreConfig, profiles: Profiles) -> Iterator[Fault]:
    """Agents whose phones could never register, because the profile for phones does not know the account."""
    known = profiles.internal.accounts
    document = read(config.folder / "agents.yaml")
    for index, agent in enumerate(document.data.get("agents", ())):
        account = agent.get("account")
        if account is not None and ".." not in agent["id"] and account not in known:
            mend = suggest(account, known) or "add it to accounts: in sip_profiles/internal.yaml"
            yield document.fault(("agents", index, "account"), f"no phone account is called {account}", mend)
    for index, supervisor in enumerate(document.data.get("supervisors") or ()):
        account = supervisor["account"]
        if account not in known:
            mend = suggest(account, known) or "add it to accounts: in sip_profiles/internal.yaml"
            yield document.fault(
                ("supervisors", index, "account"), f"no phone account is called {account}", mend
            )


def unregistered(
    config: CentreConfig, menus: Mapping[str, CompiledMenus], profiles: Profiles
) -> Iterator[Fault]:
    """Numbers that lead, by whatever way, to an extension which is no phone account."""
    known = profiles.internal.accounts
    for index, number in enumerate(config.routing.numbers):
        for each in reached(config, menus, number.destination):
            if isinstance(each, Extension) and each.account not in known:
                document, at = _written(config, menus, index, each)
                mend = suggest(each.account, known) or "add it to accounts: in sip_profiles/internal.yaml"
                yield document.fault(at, f"no phone account is called {each.account}", mend)


def undirected(config: CentreConfig, profiles: Profiles) -> Iterator[Fault]:
    """Phones that may call outside, when nobody has said which numbers."""
    internal = profiles.internal
    document = read(config.sip_profiles / "internal.yaml")
    for name, account in internal.accounts.items():
        kinds = internal.may_call if account.may_call is None else account.may_call
        dial_out = internal.dial_out if account.dial_out is None else account.dial_out
        if "external" not in kinds:
            continue
        at = ("may_call",) if account.may_call is None else ("accounts", name)
        if not dial_out:
            what = f"{name} may call external numbers, but none is named"
            yield document.fault(at, what, 'add dial_out: ["+34*"] with the numbers that it may')
        elif set(dial_out) == {"home"} and config.centre.country is None:
            what = f"{name} may call numbers of the centre's own country, and centre.yaml names none"
            mend = 'add country: "34" there, or dial_out: ["+34*"] here'
            yield document.fault(at, what, mend)


def overlapping(config: CentreConfig, profiles: Profiles) -> Iterator[Fault]:
    """The API at a port that takes SIP, and ports for sound of which one takes SIP."""
    centre = config.centre
    document = read(config.folder / "centre.yaml")
    listeners = (*on_one_port(centre.sip, tcp=centre.sip_tcp), *profiles.listeners)
    sound = centre.rtp_address or centre.sip.host
    for each in listeners:
        host, port = each.address
        if each.transport.upper() != "UDP":
            if centre.http.port == port and _meet(host, centre.http.host):
                yield document.fault(
                    ("http",), f"{centre.http} takes SIP by {each.transport}", "give it another port"
                )
        elif centre.rtp_ports[0] <= port <= centre.rtp_ports[1] and _meet(host, sound):
            yield document.fault(("rtp_ports",), f"port {port} takes SIP", "choose a range without it")


def unwritable(config: CentreConfig) -> Iterator[Fault]:
    """A capture file that is a folder, or lies in one that is not there."""
    file = config.centre.tracing.pcap
    if file is None:
        return
    place = config.folder / file
    if place.is_dir() or not place.parent.is_dir():
        document = read(config.folder / "centre.yaml")
        what = f"{file} is a folder" if place.is_dir() else f"the folder of {file} is not there"
        yield document.fault(
            ("tracing", "pcap"), what, "create it or mend the path, which begins at this file's folder"
        )


def _meet(one: str, other: str) -> bool:
    return one == other or one in WILDCARDS or other in WILDCARDS


def crowded(config: CentreConfig, profiles: Profiles) -> Iterator[Fault]:
    """Listeners of a profile at the address that `sip:` of centre.yaml has, or is known by."""
    centre = config.centre
    shared = on_one_port(centre.sip, advertised=centre.sip_advertised, tcp=centre.sip_tcp)
    counts = {"internal": 0, "external": 0}
    for listener in profiles.listeners:
        index = counts[listener.serves]
        counts[listener.serves] += 1
        other = clash(listener, shared)
        if other is not None:
            document = read(config.sip_profiles / f"{listener.serves}.yaml")
            yield clashing(document, index, listener, other)


def unreachable(config: CentreConfig, profiles: Profiles) -> Iterator[Fault]:
    """Trunks that are called by a transport which no listener for trunks has."""
    centre = config.centre
    listeners = (*on_one_port(centre.sip, tcp=centre.sip_tcp), *profiles.listeners)
    served = {each.transport.lower() for each in listeners if each.serves != "internal"}
    document = read(config.sip_profiles / "external.yaml")
    for index, trunk in enumerate(profiles.external.trunks):
        if trunk.transport is not None and trunk.transport not in served:
            what = f"no listener for trunks speaks {trunk.transport}"
            mend = "add one to listeners: of external.yaml"
            yield document.fault(("trunks", index, "transport"), what, mend)


def trunkless(
    config: CentreConfig, menus: Mapping[str, CompiledMenus], profiles: Profiles
) -> Iterator[Fault]:
    """Numbers outside whose trunks are none, or carry no calls to the outside."""
    dialling = {trunk.name: trunk.host is not None for trunk in profiles.external.trunks}
    document = read(config.folder / "numbers.yaml")
    for index, number in enumerate(config.routing.numbers):
        for each in reached(config, menus, number.destination):
            if isinstance(each, Number):
                yield from _undialable(document, ("numbers", index), each.trunks, dialling)
                if not each.trunks and not any(dialling.values()):
                    source, at = _written(config, menus, index, each)
                    what = f"this leads to {each.number}, and no trunk carries calls out"
                    yield source.fault(at, what, _GIVE_HOST)
    yield from _undialable(document, ("emergency",), config.routing.emergency.trunks, dialling)
    for index, rule in enumerate(config.routing.outgoing):
        yield from _undialable(document, ("outgoing", index), rule.trunks, dialling)


_GIVE_HOST = "give a trunk its host: in sip_profiles/external.yaml"


def _undialable(
    document: Document, at: tuple[str | int, ...], trunks: Iterable[str], dialling: Mapping[str, bool]
) -> Iterator[Fault]:
    for name in trunks:
        if name not in dialling:
            yield document.fault((*at, "trunks"), f"no trunk is called {name}", suggest(name, dialling))
        elif not dialling[name]:
            yield document.fault((*at, "trunks"), f"the trunk {name} carries no calls out", _GIVE_HOST)


def foreign(config: CentreConfig, menus: Mapping[str, CompiledMenus]) -> Iterator[Fault]:
    """Numbers of one client company that lead, by whatever way, to a queue which serves only others."""
    document = read(config.folder / "numbers.yaml")
    for index, number in enumerate(config.routing.numbers):
        for each in reached(config, menus, number.destination):
            queue = config.routing.queues.get(each.queue) if isinstance(each, Queue) else None
            if queue is not None and queue.clients and number.client not in queue.clients:
                what = f"callers of {number.client} reach the queue {queue.id}, which is of {', '.join(queue.clients)}"
                mend = f"add {number.client} to its clients: in queues.yaml, or lead the number elsewhere"
                yield document.fault(("numbers", index), what, mend)


def _written(
    config: CentreConfig, menus: Mapping[str, CompiledMenus], index: int, found: Destination
) -> tuple[Document, tuple[str | int, ...]]:
    """Where a number is led to a destination: in a menu that it comes to, else at the number itself."""
    first = config.routing.numbers[index].destination
    for each in reached(config, menus, first) if first != found else ():
        if not isinstance(each, Menu) or each.menu not in menus:
            continue
        for name, step in menus[each.menu].steps.items():
            for at, branch in step.exits():
                if branch.destination() == found:
                    # Of a step of a module, the step that includes it.
                    place = ("steps", name.partition("/")[0], *at)
                    return read(config.folder / "menus" / f"{each.menu}.yaml"), place
    return read(config.folder / "numbers.yaml"), ("numbers", index)


def reached(
    config: CentreConfig, menus: Mapping[str, CompiledMenus], first: Destination
) -> Iterator[Destination]:
    """Every destination that can follow from the first one, over menus and overflow, each once."""
    seen: set[Destination] = set()
    waiting = [first]
    while waiting:
        destination = waiting.pop()
        # A step to begin at changes nothing: all of a menu set counts as reached.
        key = Menu(destination.menu) if isinstance(destination, Menu) else destination
        if key not in seen:
            seen.add(key)
            yield destination
            waiting.extend(_next(config, menus, destination))


def _next(
    config: CentreConfig, menus: Mapping[str, CompiledMenus], destination: Destination
) -> Iterable[Destination]:
    match destination:
        case Menu(menu=name) if name in menus:
            return menus[name].destinations()
        case Queue(queue=name) if name in config.routing.queues:
            queue = config.routing.queues[name]
            return (*queue.overflow.values(), *queue.exit_keys.values())
        case _:
            return ()
