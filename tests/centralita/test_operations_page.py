"""What docs/operations.md and docs/settings.md say is true: examples work as they stand, tables hold every setting."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import yaml

from base.document import Part
from centralita.configuration import check_configuration
from routing.agents.reasons import ReasonPart
from routing.back_ends import (
    BreakerPart,
    FraudPart,
    HttpBackEndPart,
    HttpPaymentsPart,
    LimitsPart,
    SandboxBackEndPart,
)
from routing.callbacks.documents import ClientCallbacksPart, QueueCallbacksPart
from routing.centre import Centre
from routing.clients import Client
from routing.documents import AgentPart, QueuesFile
from routing.hours.document import HoursPart
from routing.waiting.document import AcknowledgePart, AnnouncePart, ComfortPart, StandingPart
from routing.waiting.settings import Comfort
from sip.profile import ExternalProfile, InternalProfile

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT = Path(__file__).resolve().parents[2]


def test_the_example_of_trunks_has_no_faults(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```yaml\n# (\S+)\n(.*?)```", page, flags=re.DOTALL)
    assert [name for name, _ in blocks] == [
        "sip_profiles/external.yaml",
        "config/numbers.yaml",
        "sip_profiles/internal.yaml",
    ]
    shutil.copytree(ROOT / "config", tmp_path / "config")
    shutil.copytree(ROOT / "sip_profiles", tmp_path / "sip_profiles")
    shutil.copytree(ROOT / "prompts", tmp_path / "prompts")
    for name, text in blocks:
        shipped = yaml.safe_load((tmp_path / name).read_text(encoding="utf-8"))
        example = yaml.safe_load(text)
        for key, value in example.items():
            if isinstance(value, list) and key in shipped:
                shipped[key] = shipped[key] + value
            elif isinstance(value, dict) and key in shipped:
                shipped[key].update(value)
            else:
                shipped[key] = value
        (tmp_path / name).write_text(yaml.safe_dump(shipped), encoding="utf-8")
    found, faults = check_configuration(tmp_path / "config")
    assert faults == []
    assert found is not None
    carrier = found.profiles.trunk("carrier")
    assert carrier is not None
    assert carrier.numbers.sent("+34600111222") == "0034600111222"


def _tables() -> str:
    return (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")


def _usual(file: str) -> Part:
    if file == "centre.yaml":
        return Centre()
    return InternalProfile(realm="r") if file == "internal.yaml" else ExternalProfile(trunks=())


def test_the_tables_hold_every_setting() -> None:
    named = set(re.findall(r"`([a-z_]+)[`.]", _tables()))
    for model in (Centre, InternalProfile, ExternalProfile, HoursPart, AgentPart, ReasonPart):
        assert set(model.model_fields) - named - {"schema_"} == set(), model.__name__


def test_the_example_of_waiting_is_read_and_its_table_holds_every_setting(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```yaml\n# part of config/queues.yaml\n(.*?)```", page, flags=re.DOTALL)
    queue = QueuesFile.model_validate(yaml.safe_load(example)).queues["sales"]
    assert queue.announce.settings().comfort == Comfort(("queue_comfort", "queue_still_busy"))
    assert queue.exit_keys.keys() == {"1", "#"}
    table = _tables().partition("for those who wait in a queue")[2].partition("\n**")[0]
    comfort, standing, *_ = (yaml.safe_load(each) for each in re.findall(r"`(\{.*?\})`", table))
    assert ComfortPart.model_validate({**comfort, "say": "x"}) == ComfortPart(say=("x",))
    assert StandingPart.model_validate({**standing, "wait": True}) == StandingPart(wait=True)
    assert comfort.keys() == ComfortPart.model_fields.keys()
    assert standing.keys() == StandingPart.model_fields.keys()
    assert queue.acknowledge == AcknowledgePart(key="1")
    named = set(re.findall(r"`announce\.(\w+)`", table))
    assert named == AnnouncePart.model_fields.keys()


PARTS: Mapping[str, type[Part]] = {
    "back_end": SandboxBackEndPart,
    "limits": LimitsPart,
    "fraud": FraudPart,
    "breaker": BreakerPart,
}


def test_the_table_of_transactions_holds_every_setting_with_its_usual_value() -> None:
    table = _tables().partition("on transactions")[2].partition("**")[0]
    usual = dict(re.findall(r"^\| `(\w+)`[^|]*\| `(\{.*?\})` \|", table, flags=re.MULTILINE))
    assert usual.keys() == PARTS.keys()
    for name, text in usual.items():
        part = PARTS[name]
        written = yaml.safe_load(text)
        assert part.model_validate(written) == part()
        assert written.keys() == part.model_fields.keys()
    named = set(re.findall(r"`([a-z_]+)`", table))
    for model in (Client, HttpBackEndPart, HttpPaymentsPart):
        fields = set(model.model_fields) - {
            "schema_",
            "name",
            "hours",
            "recording",
            "presets",
            "notice",
            "callback",
            "dispositions",
            "phone",
            "caller_id",
            "secure_capture",
            "survey",
            "complaints",
            "retention",
            "escalation",
            "figures",
            "rescue",
            "kind",
            "connector",
        }
        assert fields - named == set(), model.__name__


def test_the_tables_say_the_usual_values() -> None:
    """Those that are written as YAML; settings of both profiles are asked of one."""
    parts = re.split(
        r"\*\*`?(?:\w+/)?(centre.yaml|internal.yaml|external.yaml|Both profiles)`?\*\*", _tables()
    )[1:]
    checked = 0
    for file, table in zip(parts[::2], parts[1::2], strict=True):
        for path, text in re.findall(r"^\| `([\w.]+)`[^|]*\| `(\{.*?\})` \|", table, flags=re.MULTILINE):
            usual: object = _usual(file)
            for name in path.split("."):
                usual = getattr(usual, name)
            assert isinstance(usual, Part)
            assert type(usual).model_validate(yaml.safe_load(text)) == usual
            checked += 1
    assert checked == 14


def test_the_tables_of_callbacks_hold_every_setting_with_its_usual_value() -> None:
    tables = [each.partition("\n\n**")[0] for each in _tables().split("under `callback`")[1:]]
    models: list[type[Part]] = [QueueCallbacksPart, ClientCallbacksPart]
    for table, model in zip(tables, models, strict=True):
        rows = dict(re.findall(r"^\| `(\w+)` \| (.*?) \|", table.partition("\nunder")[0], flags=re.MULTILINE))
        assert rows.keys() == model.model_fields.keys()
        usual = model()
        for name, text in rows.items():
            if text.startswith(("the ", "none")):
                assert getattr(usual, name) is None
            else:
                written = yaml.safe_load(text.strip("`"))
                assert getattr(model.model_validate({name: written}), name) == getattr(usual, name), name
