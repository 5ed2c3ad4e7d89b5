"""What the project promises of its own tree: sizes, names, no addresses, no data file without a test."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("base", "calls", "centralita", "cluster", "console", "ivr", "media", "records", "routing", "sip")
LONGEST = 400
SAYS_NOTHING = {"utils", "util", "helpers", "helper", "common", "misc", "manager"}
# Assembled from halves, so that this file does not hold what it looks for.
REGISTRIES = tuple(
    f"{site}.{top}"
    for site, top in (
        ("pypi", "org"),
        ("pythonhosted", "org"),
        ("registry.npmjs", "org"),
        ("static.crates", "io"),
        ("index.crates", "io"),
        ("proxy.golang", "org"),
        ("deb.debian", "org"),
    )
)
MACHINE = re.compile(r"(?<![\w.~}])/(?:%s)/" % "|".join(("work", "root", r"home/\w+", "tmp/c")))  # noqa: UP031


def _tree() -> list[str]:
    """The files that git keeps, and those that it would."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    return sorted(name for name in listed if (ROOT / name).is_file())


TREE = _tree()
TEXTS = {
    name: text
    for name in TREE
    if b"\0" not in (raw := (ROOT / name).read_bytes()) and (text := raw.decode("utf-8", "replace"))
}
CODE = [name for name in TREE if name.endswith((".py", ".rs"))]


def test_the_tree_is_seen() -> None:
    assert "pyproject.toml" in TEXTS
    assert any(name.startswith("sip/") for name in CODE)


@pytest.mark.parametrize("package", [*PACKAGES, "tests", "tools", "bench"])
def test_no_file_is_longer_than_can_be_kept_in_mind(package: str) -> None:
    lengths = {
        name: TEXTS[name].count("\n") for name in CODE if name.startswith(f"{package}/") and name in TEXTS
    }
    assert {name: length for name, length in lengths.items() if length > LONGEST} == {}


def test_no_file_has_a_name_that_says_nothing() -> None:
    assert [name for name in CODE if SAYS_NOTHING & set(Path(name).stem.split("_"))] == []


def test_tests_are_no_packages_that_could_shadow_the_product() -> None:
    assert [name for name in TREE if name.startswith("tests/") and name.endswith("__init__.py")] == []


def test_every_package_says_what_it_is() -> None:
    assert [name for name in PACKAGES if not TEXTS.get(f"{name}/__init__.py", "").startswith('"""')] == []


def test_no_file_names_a_package_registry() -> None:
    held = {name: [host for host in REGISTRIES if host in text] for name, text in TEXTS.items()}
    assert {name: hosts for name, hosts in held.items() if hosts} == {}


def test_no_file_names_a_path_of_the_machine_it_was_written_on() -> None:
    held = {name: MACHINE.findall(text) for name, text in TEXTS.items()}
    assert {name: paths for name, paths in held.items() if paths} == {}


def test_lock_files_hold_hashes_and_no_addresses() -> None:
    for name in ("requirements/run.txt", "requirements/dev.txt"):
        pins = [line for line in TEXTS[name].splitlines() if line and line[0].isalnum()]
        assert pins
        assert [line for line in pins if not re.fullmatch(r"[\w.-]+==[\w.]+ \\", line)] == []
        assert TEXTS[name].count("--hash=sha256:") >= len(pins)
        assert "://" not in TEXTS[name]


def test_the_product_never_imports_the_foreign_phones() -> None:
    imports = re.compile(r"^\s*(?:import|from) (?:pjsua2|pyVoIP)\b", re.MULTILINE)
    product = [name for name in CODE if name.split("/")[0] in PACKAGES]
    assert [name for name in product if name in TEXTS and imports.search(TEXTS[name])] == []


def _owners(data: str) -> list[str]:
    """The tests that name this file, or a folder that holds it, below tests/data."""
    parts = Path(data).relative_to("tests/data").parts
    words = {parts[-1], Path(parts[-1]).stem, *parts[:-1]}
    sources = [text for name, text in TEXTS.items() if name.startswith("tests/") and name.endswith(".py")]
    quoted = re.compile("|".join(rf"[\"'/]{re.escape(word)}[\"'/]" for word in sorted(words)))
    return [text[:80] for text in sources if quoted.search(text)]


def test_every_data_file_is_read_by_a_test() -> None:
    data = [name for name in TREE if name.startswith("tests/data/") and not name.endswith(".md")]
    assert [name for name in data if not _owners(name)] == []
