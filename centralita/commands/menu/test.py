"""`centralita menu test`: play the cases that stand beside the menus."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from base.document import suggest
from centralita.commands.menu.drafts import checked
from centralita.commands.parameters import DEFAULT_CONFIG, Config, Json, fail, print_json

if TYPE_CHECKING:
    from base.document import Fault
    from centralita.configuration import Configuration
    from ivr.authoring.verdict import Verdict


def test(
    menu_set: Annotated[
        list[str] | None, typer.Argument(metavar="[SET]...", help="Menu sets; none: all that have cases.")
    ] = None,
    config: Config = DEFAULT_CONFIG,
    coverage: Annotated[
        bool, typer.Option("--coverage", help="Say what no case comes to: steps, keys, answers.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Play the cases of menus, config/menus/cases/SET.yaml, and say where a call went another way than expected.

    Ends with 1 when a case fails. `check` and `publish` play them too.
    """
    from centralita.menus.trying import play

    configuration = checked(config)
    for name in menu_set or ():
        if name not in configuration.menus:
            fail(f'no menu set is called "{name}"; {suggest(name, configuration.menus)}')
    faults: list[Fault] = []
    verdicts = play(configuration, config, faults, only=menu_set or ())
    untried = _untried(configuration, verdicts, menu_set or ()) if coverage else {}
    if as_json:
        print_json(_document(verdicts, faults, untried))
    else:
        _show(configuration, verdicts, faults, untried, menu_set or ())
    if faults or not all(each.passed for each in verdicts):
        raise typer.Exit(1)


def _untried(
    configuration: Configuration, verdicts: list[Verdict], only: list[str] | tuple[str, ...]
) -> dict[str, list[str]]:
    from ivr.authoring.verdict import untried

    return {
        name: untried(menus, [each for each in verdicts if each.menu_set == name])
        for name, menus in configuration.menus.items()
        if not only or name in only
    }


def _document(verdicts: list[Verdict], faults: list[Fault], untried: dict[str, list[str]]) -> dict[str, Any]:
    from ivr.authoring.transcript import as_json

    cases = [
        {
            "menu_set": each.menu_set,
            "case": each.case.name,
            "passed": each.passed,
            "misses": [
                {"file": each.file, "line": line, "expected": miss.expected, "came": miss.came}
                for line, miss in zip(each.lines, each.misses, strict=True)
            ],
            "transcript": [as_json(entry) for entry in each.transcript],
        }
        for each in verdicts
    ]
    return {"cases": cases, "faults": [str(each) for each in faults], "untried": untried}


def _show(
    configuration: Configuration,
    verdicts: list[Verdict],
    faults: list[Fault],
    untried: dict[str, list[str]],
    only: list[str] | tuple[str, ...],
) -> None:
    from centralita.menus.tables import print_table

    for fault in sorted(set(faults)):
        typer.echo(str(fault))
    for verdict in verdicts:
        for line, miss in zip(verdict.lines, verdict.misses, strict=True):
            typer.echo(f"{verdict.file}:{line}: {verdict.menu_set}, {verdict.case.name}")
            typer.echo(f"  expected {miss.expected}\n  but {miss.came}")
            typer.echo("".join(f"    {each}\n" for each in verdict.excerpt(miss)))
    rows = []
    for name in sorted(only or configuration.menus):
        played = [each for each in verdicts if each.menu_set == name]
        failed = sum(not each.passed for each in played)
        rows.append((name, str(len(played)), str(len(played) - failed), str(failed)))
    print_table(("menu set", "cases", "passed", "failed"), rows)
    for name, missing in untried.items():
        for each in missing:
            typer.echo(f"{name}: no case comes to {each}")
