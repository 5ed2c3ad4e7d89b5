"""What the files of client companies say of their systems: as the back ends take it, and against their menus."""

from __future__ import annotations

from typing import TYPE_CHECKING

from base.document import read
from calls.destination import Menu
from centralita.consistency import reached
from ivr.actions import IDENTIFYING
from ivr.breaker import BreakerSettings
from ivr.io.back_end.settings import ClientSettings, HttpSettings, SandboxSettings, SystemSettings
from ivr.limits import Limits, Signals
from ivr.steps import FormStep, LookupStep, PaymentStep
from media.sealed import read_key
from routing.back_ends import HttpPart, HttpPaymentsPart

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from base.document import Fault, Part
    from ivr.compiled import CompiledMenus
    from ivr.inquiry import Submit
    from routing.clients import Client
    from routing.config import CentreConfig


def back_end_settings(clients: Mapping[str, Client]) -> dict[str, ClientSettings]:
    """By client company. Reads files: call it on a thread. Raises OSError and NoKey."""
    return {name: _settings(client) for name, client in clients.items()}


def _settings(client: Client) -> ClientSettings:
    limits, fraud, payments = client.limits, client.fraud, client.payments
    return ClientSettings(
        back_end=_system(client.back_end),
        payments=_system(payments) if payments is not None else None,
        store_tokens=isinstance(payments, HttpPaymentsPart) and payments.store_tokens,
        identity=client.identity,
        limits=Limits(limits.per_call, limits.per_card, limits.per_caller, limits.window, limits.cool_down),
        signals=Signals(fraud.cards_per_caller, fraud.within, fraud.attestation),
    )


def _system(part: Part) -> SystemSettings:
    if not isinstance(part, HttpPart):
        return SandboxSettings()
    breaker = part.breaker
    return HttpSettings(
        part.url,
        read_key(part.key),
        part.timeout,
        part.connect_timeout,
        part.ca.read_text(encoding="ascii", errors="replace") if part.ca is not None else None,
        BreakerSettings(breaker.failures, breaker.pause, breaker.longest_pause),
    )


def unanswerable(
    folder: Path, config: CentreConfig, menus: Mapping[str, CompiledMenus], clients: Mapping[str, Client]
) -> Iterator[Fault]:
    """Menus that ask less than their company wants for proof, or do not wait as long as its system may take."""
    for name, client in clients.items():
        document = read(folder / "clients" / f"{name}.yaml")
        for menu, step, submit, asked in _inquiries(config, menus, name):
            where = f"step {step} of menu set {menu}"
            for element in client.identity if submit.action in IDENTIFYING else ():
                if element not in asked:
                    what = f"{where} asks no {element}, which identity wants"
                    yield document.fault(("identity",), what, f"add a field {element} to it")
            is_charge = submit.action == "payment.charge" and client.payments is not None
            part = client.payments if is_charge else client.back_end
            if isinstance(part, HttpPart) and submit.timeout <= part.timeout:
                key = "payments" if is_charge else "back_end"
                what = f"{where} waits {submit.timeout:g}s for an answer that may take {part.timeout:g}s"
                yield document.fault(
                    (key, "timeout"), what, f"let it wait longer, or make {key}.timeout shorter"
                )


def _inquiries(
    config: CentreConfig, menus: Mapping[str, CompiledMenus], client: str
) -> Iterator[tuple[str, str, Submit, set[str]]]:
    """What callers of a client company may cause to be asked: menu set, step, question, and its fields."""
    sets = {
        each.menu
        for number in config.routing.numbers
        if number.client == client
        for each in reached(config, menus, number.destination)
        if isinstance(each, Menu) and each.menu in menus
    }
    for name in sorted(sets):
        for step, written in menus[name].steps.items():
            form = written.form if isinstance(written, PaymentStep) else written
            if isinstance(form, FormStep | LookupStep) and form.submit is not None:
                fields = [each.name for each in form.fields] if isinstance(form, FormStep) else []
                yield name, step, form.submit, {*fields, *form.submit.using, *form.submit.given}
