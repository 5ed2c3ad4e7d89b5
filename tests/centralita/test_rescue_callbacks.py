"""Who is cut off is called back where the client company wishes it, first in line, unless calling again first."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import pytest

from calls.contact import Contact, Place
from calls.events import LegEnded
from centralita.callbacks.rescue import BY, RescueCallbacks
from routing.callbacks.callback import CallbackRefused, Refused
from routing.io.rescue import FIRST, Rescuer
from tests.kit.party import until

if TYPE_CHECKING:
    from routing.callbacks.callback import Wish
    from routing.io.callback_desk import CallbackDesk

CALLER = "+34600111222"


class Desk:
    """Promises everything, or nothing."""

    def __init__(self) -> None:
        self.wishes: list[Wish] = []
        self.cancelled: list[tuple[str, str]] = []
        self.refuses = False

    async def promise(self, wish: Wish) -> object:
        self.wishes.append(wish)
        if self.refuses:
            raise CallbackRefused(Refused.INVALID, "no")
        return SimpleNamespace(id=str(len(self.wishes)))

    async def cancel(self, reference: str, by: str) -> None:
        self.cancelled.append((reference, by))


class Scene:
    """A queue's rescuer that promises callbacks for one client company."""

    def __init__(self) -> None:
        self.desk = Desk()
        self.callbacks = RescueCallbacks(cast("CallbackDesk", self.desk), lambda client: client == "acme")
        self.rescuer = Rescuer(call_back=self.callbacks.cut_off, came_back=self.callbacks.came_back)

    def contact(self, ani: str = CALLER, client: str = "acme") -> Contact:
        made = Contact("c", ani=ani, display="", dnis="200", record=lambda *_: None)
        made.client, made.language, made.priority = client, "es", 2
        return made

    def ends(self, contact: Contact, by: str = "timeout", *, waited: float = 60.0) -> None:
        now = asyncio.get_running_loop().time()
        ending = LegEnded(None, by, 200, 16, "")  # type: ignore[arg-type]
        self.rescuer.caller_gone(contact, Place("help", now - waited), ending, keep=300.0, now=now)


@pytest.fixture
async def scene() -> Scene:
    return Scene()


async def test_who_is_cut_off_is_called_back_first_from_the_old_place(scene: Scene) -> None:
    scene.ends(scene.contact())
    await scene.callbacks.close()
    (wish,) = scene.desk.wishes
    assert (wish.client, wish.queue, wish.number, wish.language) == ("acme", "help", CALLER, "es")
    assert wish.priority == 2 + FIRST
    assert len(scene.rescuer.returning) == 1


@pytest.mark.parametrize("by", ["remote", "local"])
async def test_who_hangs_up_is_not_called_back(scene: Scene, by: str) -> None:
    scene.ends(scene.contact(), by)
    await scene.callbacks.close()
    assert scene.desk.wishes == []


async def test_only_known_numbers_of_companies_that_wish_it_are_called_back(scene: Scene) -> None:
    hidden = scene.contact()
    hidden.is_private = True
    for contact in (scene.contact(client="other"), scene.contact("anonymous"), hidden):
        scene.ends(contact)
    await scene.callbacks.close()
    assert scene.desk.wishes == []


async def test_who_calls_again_first_is_not_called_any_more(scene: Scene) -> None:
    scene.ends(scene.contact())
    await scene.callbacks.close()
    now = asyncio.get_running_loop().time()
    place = scene.rescuer.place(scene.contact(), "help", now=now)
    assert place.is_first
    assert place.joined < now - 59
    await until(lambda: scene.desk.cancelled == [("1", BY)])
    assert not scene.rescuer.place(scene.contact(), "help", now=now).is_first


async def test_a_callback_that_may_not_be_leaves_the_place(scene: Scene) -> None:
    scene.desk.refuses = True
    scene.ends(scene.contact())
    await scene.callbacks.close()
    assert len(scene.rescuer.returning) == 1
    scene.callbacks.came_back(scene.contact())
    assert scene.desk.cancelled == []
