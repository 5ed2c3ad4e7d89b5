"""`centralita menu`: what administrators do with menus; one file per command."""

from __future__ import annotations

import typer

from centralita.commands.menu import attempt, coverage, diff, explain, graph, history, publish, test

app = typer.Typer(
    help="Menus: what is in force, what changed, a picture, publishing, what callers did.",
    no_args_is_help=True,
)
app.command("explain")(explain.explain)
app.command("try")(attempt.attempt)
app.command("test")(test.test)
app.command("diff")(diff.diff)
app.command("graph")(graph.graph)
app.command("publish")(publish.publish)
app.command("rollback")(publish.rollback)
app.command("history")(history.history)
app.command("coverage")(coverage.coverage)
