"""YAML files that administrators edit: read with positions, checked by pydantic, every fault with file, line and mend.

Scalars follow YAML 1.2 (`no`, `12:30` and `0777` are text), keys must be text (quote "1"), a key may stand once, and
anchors and tags are refused because a reader should see each value where it is used, as what it is.
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar, get_args

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from base.errors import DocumentError
from base.explanations import NO_COLON, in_words, plainly

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

Location = tuple[str | int, ...]


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One thing wrong in one file: where, what, and what would be right."""

    file: str
    line: int
    what: str
    mend: str = ""
    is_warning: bool = False
    """Advice: the file is taken as it stands."""

    def __str__(self) -> str:
        """One line as compilers print it."""
        what = f"warning: {self.what}" if self.is_warning else self.what
        return f"{self.file}:{self.line}: {what}" + (f" ({self.mend})" if self.mend else "")


class Part(BaseModel):
    """Base of every model read from a file: closed vocabulary, immutable."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


M = TypeVar("M", bound=BaseModel)


class _Loader(yaml.SafeLoader):
    """SafeLoader with the scalars of YAML 1.2's core schema."""


_Loader.yaml_implicit_resolvers = {}
for _tag, _form, _first in (
    ("tag:yaml.org,2002:bool", r"true|false", "tf"),
    ("tag:yaml.org,2002:null", r"~|null|", ["~", "n", ""]),
    ("tag:yaml.org,2002:int", r"[-+]?(0|[1-9][0-9]*)", "-+0123456789"),
    ("tag:yaml.org,2002:float", r"[-+]?[0-9]+\.[0-9]+([eE][-+]?[0-9]+)?", "-+0123456789"),
):
    _Loader.add_implicit_resolver(_tag, re.compile(f"^(?:{_form})$"), list(_first))


_UNWRITABLE = re.compile("[\x00\ud800-\udfff]")


class Document:
    """One file as data with the line of each value."""

    def __init__(self, path: Path, root: yaml.Node | None, faults: list[Fault]) -> None:
        """Made by `read`."""
        self.path = path
        self.faults = faults
        self._root = root
        self.data: Any = self._value(root) if root is not None else {}

    def line(self, location: Iterable[str | int]) -> int:
        """The line of the deepest part of a location that exists; unknown steps (union tags) are passed over."""
        node, line = self._root, 1
        for step in location:
            found = self._child(node, step)
            if found is not None:
                node, line = found
        return line

    def fault(self, location: Iterable[str | int], what: str, mend: str = "") -> Fault:
        """A fault at a location of this file."""
        return Fault(str(self.path), self.line(location), what, mend)

    def warning(self, location: Iterable[str | int], what: str, mend: str = "") -> Fault:
        """Advice at a location of this file."""
        return Fault(str(self.path), self.line(location), what, mend, is_warning=True)

    def _child(self, node: yaml.Node | None, step: str | int) -> tuple[yaml.Node, int] | None:
        if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
            child = node.value[step]
            return child, child.start_mark.line + 1
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                if key.value == str(step):
                    return value, key.start_mark.line + 1
        return None

    def _value(self, node: yaml.Node) -> Any:
        if isinstance(node, yaml.MappingNode):
            return dict(self._pairs(node))
        if isinstance(node, yaml.SequenceNode):
            return [self._value(each) for each in node.value]
        self._look(str(node.value), node.start_mark.line + 1)
        try:
            return _scalar(node)
        except ValueError:  # Python reads no number of thousands of digits
            self._note(
                node.start_mark.line + 1, "this number is too long to be one", "quote it if it is text"
            )
            return None

    def _pairs(self, node: yaml.MappingNode) -> Iterator[tuple[str, Any]]:
        seen: dict[str, int] = {}
        for key, value in node.value:
            line = key.start_mark.line + 1
            name = str(key.value)
            self._look(name, line)
            if key.tag != "tag:yaml.org,2002:str":
                self._note(line, f"the key {name} is not text", f'quote it: "{name}":')
            if name in seen:
                self._note(line, f'the key "{name}" stands twice', f"it stands first in line {seen[name]}")
                continue
            seen[name] = line
            yield name, self._value(value)

    def _look(self, text: str, line: int) -> None:
        """Half a character cannot be written anywhere, and no file's name may hold a zero octet."""
        if _UNWRITABLE.search(text) is not None:
            what = "an escape stands for no character (\\0, or half of a pair such as \\ud800)"
            self._note(line, what, "write the character itself")

    def _note(self, line: int, what: str, mend: str) -> None:
        self.faults.append(Fault(str(self.path), line, what, mend))


def _scalar(node: yaml.Node) -> Any:
    match node.tag.rpartition(":")[2]:
        case "bool":
            return node.value == "true"
        case "null":
            return None
        case "int":
            return int(node.value)
        case "float":
            return float(node.value)
        case _:
            return str(node.value)


def read(path: Path) -> Document:
    """Read one file. Faults of form (no such file, not YAML, double key) are in `document.faults`."""
    faults: list[Fault] = []
    root: yaml.Node | None = None
    try:
        text = path.read_text(encoding="utf-8")
        faults.extend(_unused(path, text))
        # A bomb of aliases is never composed.
        root = yaml.compose(text, Loader=_Loader) if not faults else None
    except FileNotFoundError:
        faults.append(Fault(str(path), 1, "no such file", "create it or mend the name"))
    except OSError as error:
        faults.append(Fault(str(path), 1, f"cannot be read: {error.strerror}"))
    except UnicodeDecodeError as error:
        faults.append(Fault(str(path), 1, f"cannot be read: {error}", "save it as UTF-8 text"))
    except (yaml.MarkedYAMLError, yaml.reader.ReaderError) as error:
        faults.append(_broken(path, error))
    except RecursionError:
        faults.append(Fault(str(path), 1, "nested too deeply", "files of ours need fewer than ten levels"))
        root = None
    return Document(path, root, faults)


def _unused(path: Path, text: str) -> Iterator[Fault]:
    for token in yaml.scan(text, Loader=_Loader):
        if isinstance(token, (yaml.AnchorToken, yaml.AliasToken)):
            yield Fault(
                str(path),
                token.start_mark.line + 1,
                "anchors and aliases are not used here",
                "write the value out",
            )
            return
        if isinstance(token, yaml.TagToken):
            what, mend = (
                "tags (!) are not used here",
                "write the value alone; quote a text that begins with !",
            )
            yield Fault(str(path), token.start_mark.line + 1, what, mend)
            return


def _broken(path: Path, error: yaml.YAMLError) -> Fault:
    mark = getattr(error, "problem_mark", None)
    what = getattr(error, "problem", None) or str(error).splitlines()[0]
    if what == NO_COLON:  # the key's line, not the next one
        mark = getattr(error, "context_mark", None) or mark
    what, mend = plainly(what)
    if getattr(error, "context", None) == "while scanning a quoted scalar":
        # Where the quote was opened, not where the file ended.
        mark, what, mend = getattr(error, "context_mark", mark), "a quote has no end", "close it"
    return Fault(str(path), mark.line + 1 if mark else 1, f"not YAML: {what}", mend)


def parse(model: type[M], document: Document, faults: list[Fault], at: Location = ()) -> M | None:
    """Check a document (or the part of it at `at`) against a model; faults are appended and None is returned."""
    faults.extend(document.faults)
    if document.faults:
        return None
    data = document.data
    for step in at:
        data = data[step]
    try:
        return model.model_validate(data)
    except ValidationError as error:
        found = error.errors(include_url=False)
        faults.extend(
            _explain(model, document, at, data, each) for each in found if not _follows(each, found)
        )
        return None


def load(model: type[M], path: Path, faults: list[Fault]) -> tuple[M | None, Document]:
    """Read and check one file in one go."""
    document = read(path)
    return parse(model, document, faults), document


def errors(faults: Iterable[Fault]) -> list[Fault]:
    """Those for which a file is refused: warnings are left out."""
    return [each for each in faults if not each.is_warning]


def refuse(faults: Sequence[Fault]) -> None:
    """Raise DocumentError listing the errors, if there are any."""
    found = errors(faults)
    if found:
        raise DocumentError("\n".join(str(each) for each in sorted(set(found))))


def suggest(word: str, known: Iterable[str]) -> str:
    """`did you mean "x"?` for a near miss, else the list of what is known."""
    names = sorted(set(known))
    near = difflib.get_close_matches(word, names, n=1, cutoff=0.6)
    if near:
        return f'did you mean "{near[0]}"?'
    shown = names if len(names) <= 30 else [*names[:12], "..."]
    return "known: " + ", ".join(shown) if names else ""


def _follows(error: Any, others: Iterable[Any]) -> bool:
    """Whether a list is too short only because what stands in it has faults of its own."""
    at = error["loc"]
    return error["type"] == "too_short" and any(
        len(each["loc"]) > len(at) and each["loc"][: len(at)] == at for each in others
    )


def _explain(model: type[BaseModel], document: Document, at: Location, data: Any, error: Any) -> Fault:
    location = error["loc"]
    name = ".".join(str(step) for step in _written(data, location)) or "the file"
    line = document.line((*at, *location))
    if error["type"] == "extra_forbidden":
        key = str(location[-1])
        before, colon, after = key.partition(":")
        if colon and after:
            mend = f"write a space after the colon, {before}: {after}"
        else:
            mend = suggest(key, _fields(model, location[:-1], set(_at(data, location[:-1], {}))))
        return Fault(str(document.path), line, f'unknown key "{key}"', mend)
    if error["type"] == "missing":
        return Fault(
            str(document.path), line, f'"{location[-1]}" is missing', f"add {location[-1]}: to this part"
        )
    if error["type"] in ("literal_error", "enum"):
        expected = re.findall(r"'([^']*)'", str(error["ctx"].get("expected", "")))
        return Fault(
            str(document.path),
            line,
            f"{name}: {error['input']!r} is not known",
            suggest(str(error["input"]), expected),
        )
    return Fault(str(document.path), line, f"{name}: {in_words(error, _at(data, location, None))}")


def _at(data: Any, location: Location, otherwise: Any) -> Any:
    """What stands there in the file, if it is of the kind of `otherwise` (None: any)."""
    for step in location:
        if isinstance(data, list) and isinstance(step, int):
            data = data[step] if step < len(data) else data
        elif isinstance(data, dict):
            data = data.get(step, data)
    return data if otherwise is None or isinstance(data, type(otherwise)) else otherwise


def _written(data: Any, location: Location) -> Iterator[str | int]:
    """The steps of a location that stand in the file: the kinds of a choice stand in none."""
    for step in location:
        try:
            data = data[step]
        except (KeyError, IndexError, TypeError):
            continue
        yield step


def _fields(model: type[BaseModel], location: Location, siblings: set[str]) -> set[str]:
    """The fields of that model which the location leads to; of several, the one most like the keys that stand there."""
    best: set[str] = set()
    score = -1.0
    for each in _led_to(model, location) or list(_models(model, set())):
        fields = {field.alias or name for name, field in each.model_fields.items()}
        common = len(fields & siblings) - 0.01 * len(fields)
        if common > score:
            best, score = fields, common
    return best


def _led_to(model: type[BaseModel], location: Location) -> list[type[BaseModel]]:
    """The models that stand at a location: steps that name no field are places in lists, keys, or kinds of a choice."""
    found = [model]
    for step in location:
        inner = [
            field.annotation
            for each in found
            for name, field in each.model_fields.items()
            if step in (name, field.alias)
        ]
        if inner:
            found = [each for kind in inner for each in _outermost(kind)]
        else:
            found = [each for each in found if _is_kind(each, step)] or found
    return found


def _is_kind(model: type[BaseModel], name: str | int) -> bool:
    """Whether a model is that one of a choice by `type`."""
    field = model.model_fields.get("type")
    return field is not None and name in get_args(field.annotation)


def _outermost(kind: Any) -> Iterator[type[BaseModel]]:
    """The models of an annotation, not those inside them."""
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        yield kind
        return
    for argument in get_args(kind):
        yield from _outermost(argument)


def _models(kind: Any, seen: set[Any]) -> Iterator[type[BaseModel]]:
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        if kind in seen:
            return
        seen.add(kind)
        yield kind
        for field in kind.model_fields.values():
            yield from _models(field.annotation, seen)
        return
    for argument in get_args(kind):
        yield from _models(argument, seen)
