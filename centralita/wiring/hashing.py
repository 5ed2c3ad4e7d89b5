"""Each recording's hash: heard of with the other events, at work until all that is recorded is told."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from centralita.state import RECORDINGS_FOLDER
from records.hashing import Hashing

if TYPE_CHECKING:
    from centralita.wiring.ground import Ground


def open_hashing(ground: Ground) -> None:
    """From now on; at a stop it ends after whatever is opened later."""
    hashing = Hashing(
        ground.kept.database,
        ground.options.state / RECORDINGS_FOLDER,
        ground.present.configuration.centre.node,
        ground.journal,
        began=time.time(),
    )
    ground.journal.watch(hashing.hear)
    ground.resources.push_async_callback(hashing.close)
    hashing.begin()
