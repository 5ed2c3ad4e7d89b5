"""How a contact begins in the record: who called whom by what, or that it was refused before anything else."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from base.errors import CentralitaError
    from calls.contact import Contact
    from sip.events import Caller


def opened(caller: Caller, dialled: str) -> dict[str, object]:
    """What is known of the caller."""
    data: dict[str, object] = {
        "ani": caller.user,
        "dnis": dialled,
        "profile": caller.profile,
        "trunk": caller.trunk,
        "account": caller.account,
    }
    if caller.verstat is not None:
        data["verstat"], data["attestation"] = caller.verstat, caller.attestation
    if caller.is_private:
        data["private"] = True
    if caller.diversions:
        latest = caller.diversions[0]
        data["redirected_from"], data["redirect_reason"] = latest.user, latest.reason
        data["original_called"] = caller.diversions[-1].user
    return data


def record_refusal(contact: Contact, error: CentralitaError) -> None:
    """It was over before it was served."""
    contact.record(
        "contact.closed",
        outcome="refused",
        ended_by="centralita",
        status=error.status,
        cause=error.cause,
        length=contact.length,
    )
