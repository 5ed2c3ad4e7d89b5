"""The frame of the interface: routes are declared, and everything else follows from the declaration.

How to add a route, in a module of your own under console/:

    routes = Routes("cases")                        # the tag; then name the module in console/offered.py

    class CaseShown(Model): ...                     # console.api.model: the text below a field describes it
    class CasesAsked(Paged): client: str | None = None

    @routes.get("/api/v1/cases", permission="cases:read", answer=Page[CaseShown])
    async def list_cases(request: web.Request, query: CasesAsked) -> object:
        \"\"\"List cases, the newest first.\"\"\"      # summary; what follows it is the description
        key = after(query, int, str)                # keyset of the cursor: where the page begins
        rows = await asyncio.to_thread(..., clients=scope(request), limit=query.limit + 1)
        return page(rows, query, lambda each: (each.opened_at, each.id))

* The handler's parameters say what it takes: `request`, the names in the path (`case: Name`), `query` and `body`
  (models that refuse unknown fields). Mistakes are told as {pointer, detail} before the handler runs.
* `permission` is one of records.people.roles, PUBLIC or ANYBODY; `own="agent"` lets agents do it for themselves.
  Whose data may be seen is the handler's care: `scope`, `sees` and `who_acts` of console.api.scope.
* `answer` is what is returned, as a model, a dataclass or a mapping (compared with it in tests); None means 204,
  Content(("audio/wav",)) what is no JSON, Answered(...) another status or headers.
* `problems={"unknown_case": 404}` are the refusals: a CentralitaError is told by its code with that status,
  `otherwise=409` is the status of all others; Refusal (console.problem) says any other.
"""
