"""The rules a menu file must keep beyond its form: nobody may be trapped, cut off or asked for what leaks.

Each rule is one function yielding faults; order and list are RULES.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from base.document import Document, Fault, suggest
from ivr.actions import ACTIONS
from ivr.branch import id_of
from ivr.manners import WORDINGS
from ivr.modules import BETWEEN
from ivr.phrases import LANGUAGES
from ivr.scene import BUILT_IN
from ivr.steps import FormStep, LanguageStep, MenuStep, PaymentStep
from ivr.steps.step import AskingStep, prompts_at

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from ivr.branch import Branch
    from ivr.inquiry import Submit
    from ivr.model import MenuFile
    from ivr.steps.step import Location
    from media.catalogue import Catalogue


@dataclass(frozen=True, slots=True)
class Subject:
    """A file under check, with what it may refer to."""

    file: MenuFile
    source: Document
    wording: Catalogue
    queues: Collection[str]
    menus: Collection[str]
    sources: Mapping[str, Document]
    """By including step: the file of the module whose steps stand behind it."""

    def fault(self, at: Location, what: str, mend: str = "") -> Fault:
        """A fault at a place of this file, or of the module's that it stands in."""
        scope, _, own = str(at[1]).rpartition(BETWEEN) if len(at) > 1 else ("", "", "")
        if scope in self.sources:
            return self.sources[scope].fault(("steps", own, *at[2:]), what, mend)
        return self.source.fault(at, what, mend)

    def is_in_module(self, at: Location) -> bool:
        """Whether a place stands in a module."""
        return len(at) > 1 and BETWEEN in str(at[1])

    def exits(self) -> Iterator[tuple[Location, Branch]]:
        """Every branch of the file with its place."""
        for name in ("on_max_timeouts", "on_max_failures"):
            branch = getattr(self.file.defaults, name)
            if branch is not None:
                yield ("defaults", name), branch
        for name, step in self.file.steps.items():
            yield from ((("steps", name, *at), branch) for at, branch in step.exits())

    def leads(self, name: str, *, silent: bool) -> Iterator[str]:
        """The steps a step leads to: all, or only those a silent caller reaches."""
        step = self.file.steps[name]
        branches = list(step.silent_exits()) if silent else [branch for _, branch in step.exits()]
        if isinstance(step, AskingStep):
            for limit in ("on_max_timeouts",) if silent else ("on_max_timeouts", "on_max_failures"):
                default = getattr(self.file.defaults, limit)
                if getattr(step, limit) is None and default is not None:
                    branches.append(default)
        yield from (
            branch.goto for branch in branches if branch.goto in self.file.steps and branch.goto is not None
        )


def check(
    file: MenuFile,
    source: Document,
    wording: Catalogue,
    *,
    queues: Collection[str],
    menus: Collection[str] = (),
    sources: Mapping[str, Document] = MappingProxyType({}),
) -> list[Fault]:
    """All faults of a file whose form is right."""
    subject = Subject(file, source, wording, queues, menus, sources)
    return [fault for rule in RULES for fault in rule(subject)]


def names(subject: Subject) -> Iterator[Fault]:
    """The file is named for its set, begins somewhere, and speaks languages that have prompts."""
    file = subject.file
    if subject.source.path.stem != file.menu_set:
        yield subject.fault(
            ("menu_set",),
            f"menu_set {file.menu_set} in {subject.source.path.name}",
            f"name the file {file.menu_set}.yaml",
        )
    if file.start not in file.steps:
        yield subject.fault(
            ("start",), f"there is no step {file.start} to begin with", suggest(file.start, file.steps)
        )
    for at, language in enumerate(file.languages):
        if language not in LANGUAGES:
            yield subject.fault(
                ("languages", at), f"language {language} is not known", suggest(language, LANGUAGES)
            )
    for name, step in file.steps.items():
        for key, language in step.choices.items() if isinstance(step, LanguageStep) else ():
            if language not in file.languages:
                place = ("steps", name, "choices", key)
                yield subject.fault(
                    place, f"language {language} is not among languages", suggest(language, file.languages)
                )


def targets(subject: Subject) -> Iterator[Fault]:
    """Each branch leads somewhere that exists."""
    for at, branch in subject.exits():
        for key, known, kind in (
            ("goto", subject.file.steps, "step"),
            ("queue", subject.queues, "queue"),
            ("menu", subject.menus, "menu set"),
        ):
            target = getattr(branch, key)
            if target is not None and target not in known:
                yield subject.fault((*at, key), f"there is no {kind} {target}", suggest(target, known))
        if branch.exit is not None and subject.is_in_module(at):
            what = f"{branch.exit} is no end that the module declares"
            yield subject.fault((*at, "exit"), what, "add it to exits: of the module")
        elif branch.exit is not None:
            yield subject.fault((*at, "exit"), "exit: ends a module, and this is none", "write goto:")


def limits(subject: Subject) -> Iterator[Fault]:
    """Silence and wrong keys lead somewhere: no implicit hang-up."""
    for name, step in subject.file.steps.items():
        if not isinstance(step, AskingStep):
            continue
        for limit in ("on_max_timeouts", "on_max_failures"):
            if getattr(step, limit) is None and getattr(subject.file.defaults, limit) is None:
                yield subject.fault(
                    ("steps", name), f"{name} has no {limit}", f"add {limit}: here or in defaults"
                )


def reachable(subject: Subject) -> Iterator[Fault]:
    """Every step can be reached from the first."""
    seen: set[str] = set()
    waiting = [subject.file.start] if subject.file.start in subject.file.steps else []
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            waiting.extend(subject.leads(name, silent=False))
    for name in subject.file.steps:
        if seen and name not in seen:
            yield subject.fault(
                ("steps", name), f"step {name} cannot be reached", "lead a branch to it or remove it"
            )


def cycles(subject: Subject) -> Iterator[Fault]:
    """A caller who does nothing is never led in a circle."""
    done: set[str] = set()
    for name in subject.file.steps:
        path = _circle(subject, name, done)
        if path:
            around = " -> ".join(path)
            yield subject.fault(
                ("steps", path[0]),
                f"a silent caller goes in a circle: {around}",
                "let one of them lead to a queue or a hangup",
            )


def _circle(subject: Subject, start: str, done: set[str]) -> list[str]:
    path: list[str] = []
    walks = [iter([start])]
    while walks:
        name = next(walks[-1], None)
        if name is None:
            walks.pop()
            if path:
                done.add(path.pop())
        elif name in path:
            done.update(path)
            return [*path[path.index(name) :], name]
        elif name not in done:
            path.append(name)
            walks.append(subject.leads(name, silent=True))
    return []


def keys(subject: Subject) -> Iterator[Fault]:
    """No option begins another; 0 leads to a person."""
    for name, step in subject.file.steps.items():
        if not isinstance(step, MenuStep):
            continue
        for key in step.choices:
            longer = next((each for each in step.choices if each != key and each.startswith(key)), None)
            if longer is not None:
                yield subject.fault(
                    ("steps", name, "choices", longer),
                    f'key "{key}" begins key "{longer}"',
                    "choose keys none of which begins another",
                )
        if subject.file.person == "required" and not _to_person(subject, step):
            yield subject.fault(
                ("steps", name, "choices"),
                f"menu {name} has no 0 that leads to a person",
                'add "0": {queue: ...}',
            )


def _to_person(subject: Subject, menu: MenuStep) -> bool:
    """Whether the key 0 leads to a person, by steps that ask nothing."""
    seen: set[str] = set()
    branches: list[Branch] = [menu.choices["0"]] if "0" in menu.choices else []
    while branches:
        branch = branches.pop()
        if branch.queue is not None or branch.extension is not None:
            return True
        name = branch.goto or ""
        step = subject.file.steps.get(name)
        if step is not None and name not in seen and not isinstance(step, AskingStep):
            seen.add(name)
            branches.extend(step.silent_exits())
    return False


def prompts(subject: Subject) -> Iterator[Fault]:
    """Every prompt exists in every declared language, and speaks only what may be spoken."""
    wording = subject.wording
    languages = [each for each in subject.file.languages if each in LANGUAGES]
    for at, prompt, slots in _spoken(subject):
        absent = [each for each in languages if not wording.has(each, prompt)]
        if absent and not wording.unread:  # what stands in a file with faults of its own is not known
            near = suggest(prompt, wording.ids(languages[0]))
            if len(absent) < len(languages) or not near.startswith("did you mean"):
                near = "write it in " + ", ".join(f"prompts/{each}.yaml" for each in absent)
            yield subject.fault(at, f"prompt {prompt} has no words in {', '.join(absent)}", near)
        spoken = {slot.name for each in languages for slot in wording.slots(each, prompt)}
        for name in sorted(spoken - slots):
            mend = "may be spoken here: " + (", ".join(sorted(slots)) or "nothing")
            yield subject.fault(at, f"prompt {prompt} speaks {name}, which is secret or not known", mend)


def _spoken(subject: Subject) -> Iterator[tuple[Location, str, set[str]]]:
    known = {name for name, kind in _attributes(subject).items() if kind != "text"}
    for name in WORDINGS:
        for at, prompt in prompts_at(name, getattr(subject.file.defaults, name)):
            yield ("defaults", *at), prompt, known
    for at, branch in subject.exits():
        yield from (((*at, "say"), id_of(prompt), known) for prompt in branch.say)
    for name, step in subject.file.steps.items():
        yield from ((("steps", name, *at), prompt, known) for at, prompt in step.says())


def _attributes(subject: Subject) -> dict[str, str]:
    """All that may be known of a contact in these menus, with the kind of slot that speaks each."""
    found = dict(BUILT_IN)
    for step in subject.file.steps.values():
        found.update(step.sets())
    return found


def own(subject: Subject) -> Iterator[Fault]:
    """What each step finds wrong in itself; attributes that are read are set somewhere."""
    known = _attributes(subject)
    for name, step in subject.file.steps.items():
        for each in step.faults():
            yield subject.fault(("steps", name, *each.at), each.what, each.mend)
        for at, attribute in step.reads():
            if attribute not in known:
                what = f"nothing sets the attribute {attribute}"
                yield subject.fault(("steps", name, *at), what, suggest(attribute, known))


def forms(subject: Subject) -> Iterator[Fault]:
    """A form is secure where it must be, asks what its transaction needs, and has a way for each answer."""
    for name, step in subject.file.steps.items():
        form = step.form if isinstance(step, PaymentStep) else step
        if isinstance(form, FormStep):
            yield from _fields(subject, name, form)
            if form.submit is not None:
                yield from _transaction(subject, name, form, form.submit)


def _fields(subject: Subject, name: str, form: FormStep) -> Iterator[Fault]:
    seen: set[str] = set()
    for at, field in enumerate(form.fields):
        place: Location = ("steps", name, "fields", at)
        if field.is_sensitive and not form.secure:
            yield subject.fault(
                (*place, "type"),
                f"field {field.name} ({field.type}) is sensitive and {name} is not secure",
                "add secure: true to the form",
            )
        if field.name in seen:
            yield subject.fault(
                (*place, "name"), f"two fields are named {field.name}", "give each its own name"
            )
        seen.add(field.name)
        for reason in field.invalid:
            if reason not in field.reasons:
                yield subject.fault(
                    (*place, "invalid", reason),
                    f"a {field.type} is never refused for {reason}",
                    suggest(reason, field.reasons),
                )
    if sum(field.type == "card_number" for field in form.fields) > 1:
        yield subject.fault(
            ("steps", name, "fields"), f"{name} asks two card numbers", "one form asks one card"
        )


def _transaction(subject: Subject, name: str, form: FormStep, submit: Submit) -> Iterator[Fault]:
    place: Location = ("steps", name)
    action = ACTIONS.get(submit.action)
    if action is None:
        yield subject.fault(
            (*place, "submit", "action"),
            f"there is no action {submit.action}",
            suggest(submit.action, ACTIONS),
        )
        return
    asked = {field.name: field.type for field in form.fields}
    for group in action.needs:
        if not any(asked.get(needed) == kind for needed, kind in group.items()):
            *others, last = [f"{needed} ({kind})" for needed, kind in group.items()]
            words = " or ".join(filter(None, (", ".join(others), last)))
            needed, kind = next(iter(group.items()))
            mend = f"add {{name: {needed}, type: {kind}, prompt: ...}}"
            yield subject.fault((*place, "fields"), f"{submit.action} needs a field {words}", mend)
    for result in action.results:
        if result not in form.results:
            yield subject.fault(
                (*place, "results"), f"{name} has no way for the result {result}", f"add {result}: to results"
            )
    for result in form.results:
        if result not in action.results:
            yield subject.fault(
                (*place, "results", result),
                f"{submit.action} never gives {result}",
                suggest(result, action.results),
            )
    for result in form.results:
        if form.results[result].retry and result in action.results and not action.may_retry(result):
            yield subject.fault(
                (*place, "results", result), f"{result} cannot be tried again", "lead it to a queue"
            )
    if action.needs_confirm and form.confirm is None:
        yield subject.fault(
            place,
            f"{name} moves money without reading back",
            "add confirm: with a prompt that speaks the amount",
        )


def endings(subject: Subject) -> Iterator[Fault]:
    """At least one step ends the call or hands it on."""
    if not any(branch.goto is None for _, branch in subject.exits()):
        yield subject.fault(("steps",), "nothing ever ends these menus", "add a queue or a hangup")


RULES = (names, targets, limits, reachable, cycles, keys, prompts, own, forms, endings)
