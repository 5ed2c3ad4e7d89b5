"""The description of the interface: valid OpenAPI 3.1, whole, and a page that asks nobody else for anything."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from openapi_spec_validator import OpenAPIV31SpecValidator

if TYPE_CHECKING:
    from tests.console.interface import Api


async def test_the_interface_describes_itself_to_everybody(api: Api) -> None:
    async with api.client.get("/api/v1/openapi.json") as answer:
        assert answer.status == 200
        found = await answer.json()
    OpenAPIV31SpecValidator(found).validate()
    assert found["paths"]["/api/v1/health"]["get"]["security"] == []
    assert set(found["paths"]["/api/v1/health"]["get"]["responses"]) >= {"200", "503", "500"}


async def test_every_operation_has_a_name_a_sentence_and_a_permission(api: Api) -> None:
    found = (await api.ask("GET", "/api/v1/openapi.json"))[1]
    operations = [each for path in found["paths"].values() for each in path.values()]
    assert len({each["operationId"] for each in operations}) == len(operations)
    assert [each["operationId"] for each in operations if not each["summary"].endswith(".")] == []
    assert [each for each in operations if each["security"] and not each["x-permission"]] == []


async def test_the_page_holds_every_path_and_needs_no_other_file(api: Api) -> None:
    found = (await api.ask("GET", "/api/v1/openapi.json"))[1]
    async with api.client.get("/api/v1/docs") as answer:
        page, policy = await answer.text(), answer.headers["Content-Security-Policy"]
    assert [path for path in found["paths"] if path not in page] == []
    assert not re.search(r"(?:src|href)=\"(?!#)", page)
    assert policy.startswith("default-src 'none'")
