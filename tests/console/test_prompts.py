"""Prompts over HTTP: listed, and recordings of them brought in as the command does, whatever is sent."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

import pytest
from aiohttp import FormData

from console.menus.prompts import LARGEST
from tests.kit.human_recordings import encoded, spoken_like

if TYPE_CHECKING:
    from tests.console.interface import Api

PATH = "/api/v1/prompts/tone_main/recordings/any"
GOOD = encoded(spoken_like(700, 1.0), "flac")


def form(content: bytes, name: str = "file") -> FormData:
    made = FormData()
    made.add_field("note", "from the studio")
    made.add_field(name, BytesIO(content), filename="x.bin", content_type="application/octet-stream")
    return made


async def test_prompts_are_listed_with_who_says_them(api: Api) -> None:
    status, told = await api.ask("GET", "/api/v1/prompts?limit=2")
    assert (status, len(told["items"]), told["next"] is not None) == (200, 2, True)
    assert told["items"][0]["said"]["any"]["source"] in ("sound", "voice")


async def test_a_recording_is_kept_and_replaced_only_where_that_is_said(api: Api) -> None:
    status, told = await api.ask("PUT", PATH, data=form(GOOD))
    assert (status, told["kind"], told["file"]) == (200, "flac", "tone_main.flac")
    assert (api.config.parent / "prompts/recordings/any/tone_main.flac").read_bytes() == GOOD
    assert await api.problem("PUT", PATH, data=form(GOOD)) == (409, "prompt_there")
    assert (await api.ask("PUT", f"{PATH}?replace=true", data=form(GOOD)))[0] == 200


@pytest.mark.parametrize(
    ("path", "content", "name", "expected"),
    [
        (PATH, b"no sound at all", "file", (422, "bad_recording")),
        (PATH, b"", "file", (422, "bad_recording")),
        (PATH, GOOD, "sound", (422, "invalid_body")),
        (PATH, None, "file", (413, "too_large")),
        (PATH.replace("tone_main", "nothing"), GOOD, "file", (404, "unknown_prompt")),
        (PATH.replace("any", "xx"), GOOD, "file", (404, "unknown_prompt")),
        (PATH.replace("tone_main", "..%2F..%2Fx"), GOOD, "file", (404, "unknown_prompt")),
    ],
)
async def test_what_cannot_be_a_recording_of_it_is_refused(
    api: Api, path: str, content: bytes | None, name: str, expected: tuple[int, str]
) -> None:
    sent = form(content if content is not None else bytes(LARGEST + 1), name)
    assert await api.problem("PUT", path, data=sent) == expected
    assert not (api.config.parent / "prompts/recordings").exists()


@pytest.mark.parametrize(
    ("content_type", "body", "expected"),
    [
        ("application/json", b"{}", (415, "unsupported_media_type")),
        ("audio/flac", GOOD, (415, "unsupported_media_type")),
        ("multipart/form-data", b"x", (400, "no_form")),
        ("multipart/form-data; boundary=b", b"nothing of a form", (400, "no_form")),
        ("multipart/form-data; boundary=b", b"--b\r\nbroken", (400, "no_form")),
    ],
)
async def test_what_is_no_form_is_refused(
    api: Api, content_type: str, body: bytes, expected: tuple[int, str]
) -> None:
    found = await api.problem("PUT", PATH, data=body, headers={"Content-Type": content_type})
    assert found == expected
