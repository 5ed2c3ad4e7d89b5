"""Client companies, config/clients/<id>.yaml: whose calls we take, and what an agent's phone shows for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import BeforeValidator, Field

from base.document import Part, load
from routing.agents.dispositions import DispositionsPart
from routing.agents.screen import ScreenPart
from routing.back_ends import (
    BackEndPart,
    Element,
    FraudPart,
    HttpPart,
    LimitsPart,
    PaymentsPart,
    SandboxBackEndPart,
    system_faults,
)
from routing.callbacks.documents import ClientCallbacksPart
from routing.complaints import ComplaintsPart
from routing.documents import LADDER, quoted
from routing.escalation import LadderPart
from routing.figures_part import FiguresPart
from routing.recording import RecordingPart, key_faults
from routing.retention import RetentionPart
from routing.surveys import SurveyPart

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from base.document import Document, Fault


Preset = Literal["es-10-2025", "recording-notice", "recording-consent", "accessibility"]


class SecureCapturePart(Part):
    """Where agents lead callers who are to key what the agent must not hear; every way out of it leads back."""

    menu: str
    step: str | None = None
    """Where it begins; at the menu set's own start unless given."""


class Client(Part):
    """One client company."""

    schema_: Literal["client/1"] = Field(alias="schema")
    name: Annotated[str, Field(min_length=1)]
    """Shown on the agent's phone with each call: `Banco Sol`."""
    hours: str | None = None
    """Its usual hours, by id of hours.yaml."""
    recording: RecordingPart = RecordingPart()
    back_end: BackEndPart = SandboxBackEndPart()
    """The system that menus ask."""
    payments: PaymentsPart | None = None
    """What charges cards; the back end unless given."""
    identity: tuple[Element, ...] = ()
    """What proves a caller beside the card: every form that asks for proof asks all of these."""
    limits: LimitsPart = LimitsPart()
    presets: tuple[Preset, ...] = ()
    """Rules beyond the usual ones, for all menus that its numbers lead to."""
    notice: tuple[str, ...] = ()
    """The prompts that tell callers of the recording."""
    fraud: FraudPart = FraudPart()
    caller_id: Annotated[str, BeforeValidator(quoted), Field(pattern=r"^\+[1-9]\d{4,14}$")] | None = None
    """The number that is shown when agents call for it; the trunk's unless given."""
    phone: ScreenPart = ScreenPart()
    """What agents' phones show of its calls."""
    dispositions: DispositionsPart = DispositionsPart()
    """Results that agents give to calls."""
    secure_capture: SecureCapturePart | None = None
    rescue: Literal["place", "callback"] = "place"
    """What becomes of callers who were cut off: they go first when they call again, or are called back."""
    escalation: dict[Annotated[str, Field(pattern=LADDER)], LadderPart] = Field(default_factory=dict)
    """Ladders by name: who is called when more is needed than an agent."""
    callback: ClientCallbacksPart = ClientCallbacksPart()
    figures: FiguresPart = FiguresPart()
    """How its figures are reckoned, and what they should be."""
    complaints: ComplaintsPart | None = None
    """Within what time they are answered."""
    survey: SurveyPart | None = None
    """What callers are asked once their agent has hung up."""
    retention: RetentionPart | None = None
    """How long things are kept; as centre.yaml says unless given."""


def load_clients(folder: Path, faults: list[Fault]) -> Mapping[str, Client]:
    """All client companies by id; faults are appended."""
    clients = {}
    for path in sorted(folder.glob("*.yaml")):
        client, document = load(Client, path, faults)
        if client is not None:
            clients[path.stem] = _placed(client, document, faults)
    return clients


def _placed(client: Client, document: Document, faults: list[Fault]) -> Client:
    """With its files beside the one that names them, wherever the node was started; their faults are appended."""
    path, placed = document.path, {}
    for name in ("recording", "back_end", "payments"):
        part = getattr(client, name)
        files = {
            key: path.parent / getattr(part, key)
            for key in ("key", "ca")
            if getattr(part, key, None) is not None
        }
        if not files:
            continue
        placed[name] = part = part.model_copy(update=files)
        faults.extend(key_faults(path, document.line((name, "key")), f"{name}.key", files.get("key")))
        if isinstance(part, HttpPart):
            faults.extend(system_faults(document, name, part))
    return client.model_copy(update=placed)
