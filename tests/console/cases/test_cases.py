"""Cases, customers and notes over HTTP: what is done is kept and told to the ledger, and conflicts are refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from records import LedgerEvent
from records.cases.numbering import read
from records.people.roles import Role

if TYPE_CHECKING:
    from tests.console.interface import Api

NUMBER = "+34600111222"


async def opened(api: Api, **more: object) -> dict[str, Any]:
    body = {"client": "banco", "number": NUMBER, "title": "A card", "by": "eva", **more}
    status, case = await api.ask("POST", "/api/v1/cases", json=body)
    assert status == 201, case
    assert isinstance(case, dict)
    return case


def visited(api: Api, contact: str, client: str = "banco") -> None:
    opening = {"client": client, "ani": NUMBER, "dnis": "900"}
    api.ledger.append(LedgerEvent(1_795_000_000.0, contact, None, "contact.opened", opening))


async def told(api: Api) -> list[str]:
    await api.ledger.flush()
    return [each.type for each in reversed(api.reader.node_events(limit=50))]


async def test_a_case_from_its_opening_to_its_reopening(api: Api) -> None:
    visited(api, "c1")
    case = await opened(api, urgency="high", contact="c1")
    assert read(case["id"]) == case["id"]
    assert (case["state"], case["urgency"], case["opened_by"], case["version"]) == ("open", "high", "eva", 1)
    path = f"/api/v1/cases/{case['id']}"
    body = {"version": 1, "owner": "ana", "follow_up_at": 2e9, "follow_up_note": "Call back", "title": None}
    status, changed = await api.ask("PATCH", path, json=body)
    assert (status, changed["owner"], changed["title"], changed["follow_up_note"]) == (
        200,
        "ana",
        None,
        "Call back",
    )
    assert await api.problem("PATCH", path, json={"version": 1, "owner": "bot"}) == (409, "changed_meanwhile")
    status, note = await api.ask("POST", f"{path}/notes", json={"text": "Called.\nNo answer.", "by": "jan"})
    assert (status, note["by"], note["case"]) == (201, "jan", case["id"])
    for to in ("in_progress", "closed"):
        status, moved = await api.ask("POST", f"{path}/state", json={"to": to})
        assert (status, moved["state"]) == (200, to)
    assert await api.problem("POST", f"{path}/state", json={"to": "resolved"}) == (409, "not_in_this_state")
    status, moved = await api.ask("POST", f"{path}/state", json={"to": "reopened", "version": 5})
    assert (status, moved) == (409, moved), "the version is 4"
    await api.ask("POST", f"{path}/state", json={"to": "reopened", "version": 4})
    _, found = await api.ask("GET", path)
    assert found["case"]["reopened"] == 1
    assert found["contacts"] == ["c1"]
    assert [each["text"] for each in found["notes"]] == ["Called.\nNo answer."]
    assert [each["type"] for each in found["history"]] == [
        "case.opened",
        "case.changed",
        "case.noted",
        "case.moved",
        "case.closed",
        "case.reopened",
    ]
    assert (await told(api))[-5:] == [
        "case.changed",
        "case.noted",
        "case.moved",
        "case.closed",
        "case.reopened",
    ]


async def test_lists_are_narrowed_and_paged(api: Api) -> None:
    made = [await opened(api, owner="ana" if number else None) for number in range(3)]
    _, first = await api.ask("GET", "/api/v1/cases?limit=2")
    _, rest = await api.ask("GET", "/api/v1/cases", params={"limit": 2, "cursor": first["next"]})
    assert {each["id"] for each in (*first["items"], *rest["items"])} == {each["id"] for each in made}
    assert rest["next"] is None
    _, unowned = await api.ask("GET", "/api/v1/cases?unowned=true&open=true")
    assert [each["id"] for each in unowned["items"]] == [made[0]["id"]]
    _, none = await api.ask("GET", "/api/v1/cases?client=tienda")
    assert none == {"items": [], "next": None}
    assert (await api.problem("GET", "/api/v1/cases?state=gone"))[0] == 422


async def test_complaints_have_their_term(api: Api) -> None:
    received = api.moment.timestamp() - 86_400
    case = await opened(api, kind="complaint", received_at=received)
    assert (case["clock"], case["term"], case["answer_by"]) == ("running", "14 days", received + 14 * 86_400)
    status, listed = await api.ask("GET", "/api/v1/complaints?clock=running")
    assert (status, [each["id"] for each in listed]) == (200, [case["id"]])
    wrong = {"client": "tienda", "kind": "complaint"}
    assert await api.problem("POST", "/api/v1/cases", json=wrong) == (409, "no_term")
    early = {"client": "banco", "kind": "case", "received_at": received}
    assert await api.problem("POST", "/api/v1/cases", json=early) == (422, "invalid_body")


async def test_what_is_no_case_is_refused(api: Api) -> None:
    assert await api.problem("GET", "/api/v1/cases/123") == (404, "unknown_case")
    for body, status in (
        ({"client": "nobody"}, 404),
        ({"client": "banco", "number": "12"}, 422),
        ({"client": "banco", "customer": "nobody"}, 404),
        ({"client": "banco", "urgency": "soon"}, 422),
        ({"client": "banco", "state": "closed"}, 422),
        ({"client": "banco", "due_at": -1}, 422),
        ({}, 422),
    ):
        assert (await api.problem("POST", "/api/v1/cases", json=body))[0] == status, body
    case = await opened(api)
    for text in ("", "   ", "a\x00b", "x" * 10_001):
        path = f"/api/v1/cases/{case['id']}/notes"
        assert (await api.problem("POST", path, json={"text": text}))[0] == 422
    no_urgency = {"version": 1, "urgency": None}
    path = f"/api/v1/cases/{case['id']}"
    assert await api.problem("PATCH", path, json=no_urgency) == (422, "invalid_body")


async def test_customers_are_found_changed_and_merged(api: Api) -> None:
    body = {"client": "banco", "name": "Ana", "numbers": ["600 111 222"], "references": ["C-17"]}
    status, ana = await api.ask("POST", "/api/v1/customers", json=body)
    assert (status, ana["numbers"], ana["references"]) == (201, [NUMBER], ["C-17"])
    for wanted in ("600111222", NUMBER, "C-17", ana["id"]):
        _, found = await api.ask("GET", "/api/v1/customers", params={"find": wanted})
        assert [each["id"] for each in found["items"]] == [ana["id"]], wanted
    assert await api.problem("POST", "/api/v1/customers", json=body) == (409, "customer_taken")
    _, bea = await api.ask("POST", "/api/v1/customers", json={"client": "banco", "notes": "moved"})
    path = f"/api/v1/customers/{ana['id']}"
    status, changed = await api.ask("PATCH", path, json={"version": 1, "language": "es"})
    assert (status, changed["language"], changed["name"]) == (200, "es", "Ana")
    assert await api.problem("PATCH", path, json={"version": 1}) == (409, "changed_meanwhile")
    status, one = await api.ask("POST", f"{path}/merge", json={"gone": bea["id"]})
    assert (status, one["notes"]) == (200, "moved")
    await api.ask("POST", f"{path}/notes", json={"text": "Prefers mornings"})
    _, found = await api.ask("GET", f"/api/v1/customers/{bea['id']}")
    assert found["customer"]["id"] == ana["id"]
    assert [each["text"] for each in found["notes"]] == ["Prefers mornings"]
    assert await api.problem("POST", f"{path}/merge", json={"gone": bea["id"]}) == (409, "not_mergeable")
    assert await api.problem("GET", "/api/v1/customers/nobody") == (404, "unknown_customer")


async def test_notes_of_a_contact_may_be_written_while_it_is_in_progress(api: Api) -> None:
    opening = {"client": "banco", "ani": NUMBER, "dnis": "900"}
    api.ledger.append(LedgerEvent(1_795_000_000.0, "c1", None, "contact.opened", opening))
    status, note = await api.ask("POST", "/api/v1/contacts/c1/notes", json={"text": "Angry"})
    assert (status, note["contact"], note["by"]) == (201, "c1", "node")
    _, notes = await api.ask("GET", "/api/v1/contacts/c1/notes")
    assert notes == [note]
    assert await api.problem("GET", "/api/v1/contacts/c2/notes") == (404, "contact_not_found")


async def test_promises_surveys_and_missing_results_are_listed(api: Api) -> None:
    for path in ("promises", "surveys"):
        status, found = await api.ask("GET", f"/api/v1/{path}?client=banco")
        assert (status, found) == (200, {"items": [], "next": None})
    for path in ("promises/counts", "surveys/means?by=agent", "dispositions/missing"):
        assert await api.ask("GET", f"/api/v1/{path}") == (200, [])
    event = {"question": "content", "answer": 4, "least": 1, "most": 5, "language": "es"}
    api.ledger.append(
        LedgerEvent(1_795_000_000.0, "c1", None, "contact.opened", {"client": "banco", "ani": NUMBER})
    )
    api.ledger.append(LedgerEvent(1_795_000_001.0, "c1", None, "survey.answered", event))
    _, found = await api.ask("GET", "/api/v1/surveys")
    assert [(each["contact"], each["score"]) for each in found["items"]] == [("c1", 4)]
    _, means = await api.ask("GET", "/api/v1/surveys/means")
    assert [(each["group"], each["mean"], each["share"]) for each in means] == [("banco", 4.0, 1.0)]


async def test_whoever_works_for_one_company_sees_and_does_nothing_of_another(api: Api) -> None:
    visited(api, "c1")
    visited(api, "t1", "tienda")
    case = await opened(api, contact="c1")
    _, own = await api.ask("POST", "/api/v1/cases", json={"client": "tienda", "contact": "t1"})
    await api.ask("POST", "/api/v1/contacts/c1/notes", json={"text": "Angry"})
    api.doorstep.add("eva", Role.AGENT, clients=frozenset({"tienda"}))
    api.doorstep.add("vera", Role.VIEWER, clients=frozenset({"tienda"}))
    agent, viewer = [
        {"Authorization": f"Bearer {(await api.doorstep.enter(each)).token}"} for each in ("eva", "vera")
    ]
    customer = case["customer"]
    for path in (f"cases/{case['id']}", f"customers/{customer}", "contacts/c1/notes"):
        assert (await api.problem("GET", f"/api/v1/{path}", headers=agent))[0] == 404, path
    for path in ("cases", "complaints", "customers", "promises", "surveys"):
        for query in ("", "?client=banco"):
            _, found = await api.ask("GET", f"/api/v1/{path}{query}", headers=viewer)
            listed = found["items"] if isinstance(found, dict) else found
            assert {each["client"] for each in listed} <= {"tienda"}, path
    _, listed = await api.ask("GET", "/api/v1/cases", headers=viewer)
    assert [each["id"] for each in listed["items"]] == [own["id"]]
    _, found = await api.ask("GET", f"/api/v1/customers?find={customer}", headers=viewer)
    assert found["items"] == []
    foreign = f"/api/v1/cases/{case['id']}"
    for method, path, body in (
        ("POST", "/api/v1/cases", {"client": "banco"}),
        ("POST", "/api/v1/cases", {"client": "tienda", "customer": customer}),
        ("POST", "/api/v1/cases", {"client": "tienda", "contact": "c1"}),
        ("POST", f"/api/v1/cases/{own['id']}/contacts", {"contact": "c1"}),
        ("PATCH", f"/api/v1/cases/{own['id']}", {"version": 1, "customer": customer}),
        ("PATCH", foreign, {"version": 1, "owner": "ana"}),
        ("POST", f"{foreign}/state", {"to": "closed"}),
        ("POST", f"{foreign}/notes", {"text": "x"}),
        ("POST", "/api/v1/contacts/c1/notes", {"text": "x"}),
        ("PATCH", f"/api/v1/customers/{customer}", {"version": 1}),
        ("POST", f"/api/v1/customers/{customer}/notes", {"text": "x"}),
        ("POST", f"/api/v1/customers/{customer}/merge", {"gone": customer}),
    ):
        assert (await api.problem(method, path, json=body, headers=agent))[0] == 404, (method, path)
        assert (await api.problem(method, path, json=body, headers=viewer))[0] == 403, (method, path)
    _, untouched = await api.ask("GET", foreign)
    assert (untouched["case"]["version"], untouched["notes"]) == (1, [])
    status, note = await api.ask(
        "POST", f"/api/v1/cases/{own['id']}/notes", json={"text": "Mine"}, headers=agent
    )
    assert (status, note["by"]) == (201, "eva")
    stolen = {"text": "x", "by": "jan"}
    path = f"/api/v1/cases/{own['id']}/notes"
    assert (await api.problem("POST", path, json=stolen, headers=agent))[0] == 403


async def test_the_audit_log_tells_which_case(api: Api) -> None:
    case = await opened(api)
    path = "/api/v1/cases/{}/notes"
    await api.ask("POST", path.format(case["id"]), json={"text": "Called"})
    await api.ask("POST", path.format("600111222"), json={"text": "Called"})
    found = (await api.ask("GET", "/api/v1/audit?limit=3"))[1]["items"]
    assert [each["on"] for each in found] == [{"case": "*222"}, {"case": case["id"]}, {"case": case["id"]}]


async def test_a_case_is_given_only_to_a_person_or_an_agent_who_is_there(api: Api) -> None:
    path = f"/api/v1/cases/{(await opened(api))['id']}"
    for body in ({"version": 1, "owner": "anna"}, {"version": 1, "owner": "nobody.such"}):
        status, problem = await api.ask("PATCH", path, json=body)
        assert (status, problem["code"]) == (404, "unknown_owner")
        near = 'did you mean "ana"?' if body["owner"] == "anna" else "known: ana, bot"
        assert problem["detail"] == f"owner: no person or agent is called {body['owner']}; {near}"
    asked = {"client": "banco", "owner": "nobody.such"}
    assert await api.problem("POST", "/api/v1/cases", json=asked) == (404, "unknown_owner")
    api.doorstep.add("eva", Role.SUPERVISOR)
    status, changed = await api.ask("PATCH", path, json={"version": 1, "owner": "eva"})
    assert (status, changed["owner"]) == (200, "eva")
    api.doorstep.door.directory.disable("eva", now=0.0)
    status, changed = await api.ask("PATCH", path, json={"version": 2, "owner": "eva", "title": "Hers still"})
    assert status == 200
    other = f"/api/v1/cases/{(await opened(api))['id']}"
    assert await api.problem("PATCH", other, json={"version": 1, "owner": "eva"}) == (404, "unknown_owner")


async def test_who_sees_few_agents_is_told_no_names_of_others(api: Api) -> None:
    case = await opened(api)
    api.doorstep.add("leo", Role.SUPERVISOR, clients=frozenset({"banco"}), teams=frozenset({"north"}))
    limited = {"Authorization": f"Bearer {(await api.doorstep.enter('leo')).token}"}
    for owner in ("anna", "nobody.such"):
        body = {"version": 1, "owner": owner}
        status, problem = await api.ask("PATCH", f"/api/v1/cases/{case['id']}", json=body, headers=limited)
        assert (status, problem["code"]) == (404, "unknown_owner"), problem
        assert not {"ana", "bot"} & set(problem["detail"].replace('"', " ").replace(",", " ").split())
