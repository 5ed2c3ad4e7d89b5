"""`centralita people`: who works with the centre, what each may do, how each proves who it is."""

from __future__ import annotations

import typer

from centralita.commands.people import directory, keys, proofs

app = typer.Typer(
    help="People: take them in, give them roles and limits, passwords, second factors, API keys. "
    "The node may be running or not; docs/people.md tells the rest.",
    no_args_is_help=True,
)
app.command("add")(directory.add)
app.command("list")(directory.list_people)
app.command("show")(directory.show)
app.command("edit")(directory.edit)
app.command("disable")(directory.disable)
app.command("enable")(directory.enable)
app.command("invite")(proofs.invite)
app.command("accept")(proofs.accept)
app.command("password")(proofs.password)
app.command("totp")(proofs.totp)
app.command("sessions")(proofs.sessions)
app.command("login-test")(proofs.login_test)
app.add_typer(keys.app, name="key")
