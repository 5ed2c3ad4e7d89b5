"""Menu sets for the interface alone: publishing writes down what was asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ivr.errors import PublicationRefused, UnknownMenu

if TYPE_CHECKING:
    from base.errors import CentralitaError
    from console.menus.sets import Asked


PUBLICATION: dict[str, object] = {
    "id": 1,
    "menu": "shop",
    "version": "a" * 64,
    "kind": "publish",
    "state": "live",
    "who": "ana",
    "at": 1.0,
    "effective_at": 1.0,
    "took_effect": 1.0,
    "note": "",
    "reason": "",
}
MENU: dict[str, object] = {
    "menu": "shop",
    "live": PUBLICATION,
    "pending": None,
    "draft": "a" * 64,
    "draft_differs": False,
    "alarm": None,
}


class StoredMenus:
    """Menu sets that are published by writing down what was asked."""

    def __init__(self) -> None:
        self.alarms: list[str] = []
        self.asked: list[tuple[Asked, str]] = []
        self.refusal: CentralitaError | None = None

    async def sets(self) -> list[dict[str, object]]:
        return [MENU]

    async def history(self, menu_set: str) -> list[dict[str, object]]:
        if menu_set != "shop":
            raise UnknownMenu(f"no menu set is called {menu_set}")
        return [PUBLICATION]

    async def put(self, menu_set: str, asked: Asked, by: str) -> dict[str, object]:
        if self.refusal is not None:
            raise self.refusal
        self.asked.append((asked, by))
        return {**PUBLICATION, "menu": menu_set, "replaced": None}

    async def cancel_pending(self, menu_set: str) -> dict[str, object]:
        raise PublicationRefused(f"nothing of {menu_set} waits")

    async def check(self, menu_set: str) -> dict[str, object]:
        fault = {"file": "menus/shop.yaml", "line": 3, "severity": "warning", "what": "long", "mend": ""}
        return {"menu": menu_set, "version": "a" * 64, "publishable": True, "faults": [fault]}

    async def diff(self, menu_set: str, before: str, after: str) -> list[dict[str, object]]:
        return [{"where": f"step {before}", "what": f"is {after} in {menu_set}"}]

    def warnings(self) -> list[str]:
        return self.alarms
