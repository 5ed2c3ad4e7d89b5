"""One file per command; this one only puts them together."""

from __future__ import annotations

import errno
import os
import sys
from typing import Any

import typer
from typer.core import TyperGroup

from base.errors import CentralitaError
from centralita.commands import (
    agent,
    announcement,
    audit,
    bans,
    call,
    callbacks,
    case,
    check,
    compliance,
    contacts,
    customer,
    do_not_call,
    figures,
    followed,
    hours,
    menu,
    messages,
    people,
    phone,
    prompts,
    queue,
    recordings,
    records,
    serve,
    simulate,
    staff,
    trunk,
    webhook,
)
from centralita.commands.parameters import fail

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)


class Commands(TyperGroup):
    """All commands. What is wrong is told in a line, and the exit code is 1: no command needs to see to that."""

    def invoke(self, ctx: Any) -> Any:
        """Run the one that is asked for."""
        try:
            return super().invoke(ctx)
        except CentralitaError as error:
            fail(str(error))
        except OSError as error:
            if error.filename is not None:
                fail(f"{error.filename}: {error.strerror}")
            if error.errno not in _FULL:  # it is of no file that anybody could mend
                raise
            os.dup2(
                os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno()
            )  # else its rest is tried again at the end
            fail(f"what is printed cannot be written: {error.strerror}")
        except UnicodeEncodeError as error:
            fail(f"{ascii(error.object)[:100]} is no text in UTF-8", code=2)


app = typer.Typer(
    cls=Commands,
    name="centralita",
    help="A contact-centre telephone server: SIP calls, menus, queues, agents, and a record of every leg.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,  # its tracebacks print local variables, which may hold what callers typed
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("serve")(serve.serve)
app.command("check")(check.check)
app.command("compliance")(compliance.compliance)
app.command("contacts")(contacts.contacts)
app.command("contact")(contacts.contact)
app.command("why")(contacts.why)
app.command("cases")(case.cases)
app.command("messages")(messages.messages)
app.command("complaints")(followed.complaints)
app.command("promises")(followed.promises)
app.command("surveys")(followed.surveys)
app.command("dispositions")(followed.dispositions)
app.command("simulate")(simulate.simulate)
app.command("staff")(staff.staff)
app.command("trunks")(trunk.trunks)
app.command("agents")(agent.agents)
app.command("queues")(queue.queues)
app.add_typer(figures.app, name="figures")
app.add_typer(callbacks.app, name="callbacks")
app.add_typer(case.app, name="case")
app.add_typer(customer.app, name="customer")
app.add_typer(do_not_call.app, name="do-not-call")
app.add_typer(trunk.app, name="trunk")
app.add_typer(menu.app, name="menu")
app.add_typer(phone.app, name="phone")
app.add_typer(call.app, name="call")
app.add_typer(agent.app, name="agent")
app.add_typer(queue.app, name="queue")
app.add_typer(bans.app, name="bans")
app.add_typer(hours.app, name="hours")
app.add_typer(announcement.app, name="announcement")
app.add_typer(prompts.app, name="prompts")
app.add_typer(records.app, name="records")
app.add_typer(recordings.app, name="recordings")
app.add_typer(webhook.app, name="webhook")
app.add_typer(people.app, name="people")
app.command("audit")(audit.audit)
