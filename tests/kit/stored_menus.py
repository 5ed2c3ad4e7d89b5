"""Menu sets for the interface alone: publishing writes down what was asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ivr.errors import PublicationRefused, UnknownMenu

if TYPE_CHECKING:
    from base.errors import CentralitaError
    from console.menus import Asked


class StoredMenus:
    """Menu sets that are published by writing down what was asked."""

    def __init__(self) -> None:
        self.alarms: list[str] = []
        self.asked: list[Asked] = []
        self.refusal: CentralitaError | None = None

    async def sets(self) -> list[dict[str, object]]:
        return [{"menu": "shop"}]

    async def history(self, menu_set: str) -> list[dict[str, object]]:
        if menu_set != "shop":
            raise UnknownMenu(f"no menu set is called {menu_set}")
        return [{"id": 1}]

    async def put(self, menu_set: str, asked: Asked) -> dict[str, object]:
        if self.refusal is not None:
            raise self.refusal
        self.asked.append(asked)
        return {"menu": menu_set, "state": "live"}

    async def cancel_pending(self, menu_set: str) -> dict[str, object]:
        raise PublicationRefused(f"nothing of {menu_set} waits")

    def warnings(self) -> list[str]:
        return self.alarms
