"""One node from start to stop: signals, the ready line, draining."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import signal
import sys
from typing import TYPE_CHECKING

import structlog
import typer

from base.errors import CentralitaError, DocumentError
from centralita.demo import Demonstration
from centralita.limits import forbid_core_dumps, raise_descriptor_limit
from centralita.listening import AddressTaken
from centralita.node import Node

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from centralita.options import Options

log = structlog.get_logger()


async def run(options: Options) -> None:
    """Start a node, say that it is ready, and stay until SIGTERM or SIGINT; a second one ends at once."""
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    reloads: set[asyncio.Task[None]] = set()

    raise_descriptor_limit()
    forbid_core_dumps()
    node = await _start(options)
    _calm_the_collector()
    _share_the_interpreter()

    def reload() -> None:
        task = loop.create_task(_reload(node))
        reloads.add(task)
        task.add_done_callback(reloads.discard)

    try:
        loop.add_signal_handler(signal.SIGHUP, reload)
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stopping.set)
        typer.echo(node.ready_line())
        if options.demo:
            await _either(stopping, Demonstration(node).run())
        await stopping.wait()
        await _drain(node, stopping)
    finally:
        await node.stop()


async def _start(options: Options) -> Node:
    """A started node. The demonstration takes any free port where its own is taken, and says so."""
    node = Node(options)
    try:
        await node.start()
    except AddressTaken as error:
        if not options.demo:
            raise
        typer.echo(f"{error}. The demonstration takes free ports instead.", err=True)
        node = Node(options.on_free_ports())
        await node.start()
    return node


def _share_the_interpreter() -> None:
    """Let the loop have the interpreter back quickly from the ledger's thread (5 ms would be heard as set-up time)."""
    sys.setswitchinterval(0.001)


def _calm_the_collector() -> None:
    """Keep what was made at start out of the cycle collector's rounds, and make the rounds rare.

    A full round over prompts, menus and agents stops every call for a tenth of a second; calls themselves leave next
    to nothing that reference counting does not free.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 50, 50)


async def _either(stopping: asyncio.Event, work: Coroutine[None, None, None]) -> bool:
    """Do the work unless the node is asked to stop first: whether it was done. Cut off, it still tidies up."""
    task, stop = asyncio.ensure_future(work), asyncio.ensure_future(stopping.wait())
    await asyncio.wait((task, stop), return_when=asyncio.FIRST_COMPLETED)
    stop.cancel()
    done = not task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
    return done


async def _drain(node: Node, stopping: asyncio.Event) -> None:
    stopping.clear()
    calls = node.contact_count
    if calls:
        log.warning("draining", calls=calls, limit=node.drain_limit)
    if not await _either(stopping, node.drain()):
        log.warning("stopping_at_once", calls=node.contact_count)


async def _reload(node: Node) -> None:
    """All or nothing: a configuration with faults changes nothing."""
    try:
        await node.reload()
    except DocumentError as error:
        for fault in str(error).splitlines():
            log.error("reload_refused", fault=fault)
    except (CentralitaError, OSError, ValueError) as error:
        log.error("reload_refused", fault=str(error))
    else:
        log.warning("reloaded", config=str(node.options.config))
