"""Makes what the program needs, and only what changed: Debian and Python packages, extension, prompts.

Standard library only, because it runs before anything is installed. `python3 tools/setup.py` prepares
a node to run, `--test` adds what the checks and tests need. The second time takes a moment and no network.
"""

from __future__ import annotations

import argparse
import fcntl
import hashlib
import importlib.util
import os
import re
import shlex
import shutil
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from typing import Self

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
STAMPS = VENV / "stamps"
PYTHON = VENV / "bin" / "python"
PIP = (str(PYTHON), "-m", "pip", "install", "--disable-pip-version-check")
PROGRAM = VENV / "bin" / "centralita"
MADE_PROMPTS = ROOT / "state/prompts"  # where `centralita prompts build` puts them unless told otherwise
SPOKEN_SOURCES = ("prompts", "config/centre.yaml", "media/sound.py")
SPEAKING_CODE = ("ivr/phrases", "media/voices")
BROWSER_PHONE = ROOT / "tests/browser"
RUST_SOURCES = ("media/plane/src", "media/plane/Cargo.toml", "media/plane/Cargo.lock", "pyproject.toml")
HEARTBEAT = 15.0  # seconds between two signs of life of a long step
LINES_SHOWN = 24  # of what a failing command said


class SetupError(Exception):
    """Set-up cannot go on; the text says what is missing and how to get it."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the steps in order; each does nothing when its result is there already."""
    options = _parser().parse_args(arguments)
    _prefer_debians_python()
    began = time.monotonic()
    try:
        with _one_at_a_time():
            check_tools()
            install_debian_packages(test=options.test)
            install_python_packages(test=options.test)
            build_program()
            build_prompts()
            if options.test:
                build_browser_phone()
    except SetupError as fault:
        print(f"set-up stopped: {fault}", file=sys.stderr)
        return 1
    print(f"set-up complete in {time.monotonic() - began:.1f} s", flush=True)
    return 0


def _prefer_debians_python() -> None:
    """Go on in Debian's own interpreter where it is new enough: it is built with profiles, and SIP runs a fifth faster.

    Another one is used as it is with CENTRALITA_PYTHON=any.
    """
    debians = Path("/usr/bin/python3")
    if os.environ.get("CENTRALITA_PYTHON") or Path(sys.executable).resolve() == debians.resolve():
        return
    asked = [str(debians), "-c", "import sys; sys.exit(sys.version_info < (3, 11))"]
    if debians.exists() and subprocess.run(asked, check=False, capture_output=True).returncode == 0:
        os.execv(debians, [str(debians), *sys.argv])


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="tools/setup.py", description=__doc__)
    parser.add_argument("--test", action="store_true", help="also what the checks and tests need")
    return parser


# The steps


def check_tools() -> None:
    """Say in one line what is missing that no package of this set-up brings."""
    if sys.version_info < (3, 11):  # noqa: UP036 - this file is what older interpreters meet
        raise SetupError(f"Python 3.11 or newer is needed, and python3 is {sys.version.split()[0]}")
    if shutil.which("cargo") is None:
        raise SetupError("Rust is missing: `cargo` is not on the PATH (get it from https://rustup.rs)")


def install_debian_packages(*, test: bool) -> None:
    """Install the listed packages that are not there, with apt-get, as root or by sudo."""
    lists = ["tools/debian-packages.txt", *(["tools/debian-packages-test.txt"] if test else [])]
    wanted = [entry for name in lists for entry in _listed(ROOT / name)]
    missing = [package for package, proof in wanted if not _present(package, proof)]
    if not missing:
        return
    command = ["apt-get", "install", "-y", "--no-install-recommends", *missing]
    by_hand = f"install them by hand: sudo apt-get install {' '.join(missing)}"
    if shutil.which("apt-get") is None:
        raise SetupError(f"there is no apt-get here; of Debian 12 are needed: {' '.join(missing)}")
    prefix = _as_root(by_hand)
    with _Step(f"Debian packages: {' '.join(missing)}") as step:
        if step.run([*prefix, *command], check=False) != 0:
            step.run([*prefix, "apt-get", "update"], mend="is the network up?")
            step.run([*prefix, *command], mend=by_hand)


def install_python_packages(*, test: bool) -> None:
    """Make the virtual environment and fill it from the lock file, hashes checked."""
    run, dev = ROOT / "requirements/run.txt", ROOT / "requirements/dev.txt"
    wanted, stamp = {run: _digest([run]), dev: _digest([dev])}, "python-packages"
    held = _stamp(stamp)
    if _works(PYTHON) and (held == wanted[dev] or (held == wanted[run] and not test)):
        return
    lock = dev if test else run
    if not _works(PYTHON):
        with _Step("virtual environment in .venv") as step:
            make = [sys.executable, "-m", "venv", "--clear", str(VENV)]
            step.run(make, mend="sudo apt-get install python3-venv")
    with _Step(f"Python packages of {lock.relative_to(ROOT)}") as step:
        step.run(
            [*PIP, "--require-hashes", "-r", str(lock)],
            mend="is the network up, and does pip reach its package index?",
        )
    _write_stamp(stamp, wanted[lock])


def build_program() -> None:
    """Build media._plane and put the packages on the environment's path, when a Rust source changed."""
    wanted, stamp = _digest(ROOT / name for name in RUST_SOURCES), "program"
    built = any((ROOT / "media").glob("_plane*.so"))
    if built and PROGRAM.exists() and _stamp(stamp) == wanted:
        return
    with _Step("the program and its Rust extension") as step:
        _spare_running_nodes()
        step.run(
            [*PIP, "--no-deps", "--no-build-isolation", "--no-index", "-e", str(ROOT)],
            mend="see the compiler's words above; Rust 1.89 or newer is needed (rustup update)",
        )
    _write_stamp(stamp, wanted)


def _spare_running_nodes() -> None:
    """The build writes over the extension: give it a copy to overwrite, so that a running node keeps its own."""
    for extension in (ROOT / "media").glob("_plane*.so"):
        copy = extension.with_suffix(".new")
        shutil.copy2(extension, copy)
        copy.replace(extension)


def build_prompts() -> None:
    """Make the sound of prompts and phrases whose wording or voice changed: the first start need not wait."""
    code = (file for name in SPEAKING_CODE for file in sorted((ROOT / name).glob("*.py")))
    wanted, stamp = _digest([*(ROOT / name for name in SPOKEN_SOURCES), *code]), "prompts"
    if MADE_PROMPTS.is_dir() and _stamp(stamp) == wanted:
        return
    with _Step("prompts") as step:
        step.run([str(PROGRAM), "prompts", "build"], mend="see the words above")
    _write_stamp(stamp, wanted)


def build_browser_phone() -> None:
    """Bundle the phone that tests run in a browser, from its lock file."""
    sources = [BROWSER_PHONE / name for name in ("package.json", "package-lock.json", "phone.js")]
    wanted, stamp = _digest(sources), "browser-phone"
    if (BROWSER_PHONE / "dist/phone.js").exists() and _stamp(stamp) == wanted:
        return
    with _Step("the browser phone of the tests") as step:
        npm = ["npm", "--prefix", str(BROWSER_PHONE)]
        step.run([*npm, "ci"], mend="is the network up, and does npm reach its registry?")
        step.run([*npm, "run", "build"], mend="see the words above")
    _write_stamp(stamp, wanted)


# What is there already


def _listed(path: Path) -> Iterator[tuple[str, str]]:
    for line in path.read_text(encoding="utf-8").splitlines():
        words = line.partition("#")[0].split()
        if words:
            yield words[0], words[1]


def _present(package: str, proof: str) -> bool:
    kind, _, name = proof.partition(":")
    if kind == "command":
        return shutil.which(name) is not None
    if kind == "module":
        return importlib.util.find_spec(name) is not None
    command = ["dpkg-query", "-W", "-f", "${Status}", package]
    return subprocess.run(command, capture_output=True, check=False).stdout == b"install ok installed"


def _works(python: Path) -> bool:
    """Tell whether the environment's interpreter is ours and starts (its base may have been removed)."""
    if not python.exists() or python.resolve() != Path(sys.executable).resolve():
        return False
    return subprocess.run([python, "-S", "-c", ""], check=False, capture_output=True).returncode == 0


def _digest(paths: Iterable[Path]) -> str:
    total = hashlib.sha256()
    for path in paths:
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            if file.is_file():
                total.update(f"{file.relative_to(ROOT)} ".encode())
                total.update(hashlib.sha256(file.read_bytes()).digest())
    return total.hexdigest()


def _stamp(name: str) -> str:
    path = STAMPS / name
    return path.read_text(encoding="utf-8") if path.exists() else ""


def _write_stamp(name: str, value: str) -> None:
    STAMPS.mkdir(parents=True, exist_ok=True)
    (STAMPS / name).write_text(value, encoding="utf-8")


# Running things


def _as_root(by_hand: str) -> list[str]:
    quiet = ["env", "DEBIAN_FRONTEND=noninteractive"]
    if os.geteuid() == 0:
        return quiet
    if shutil.which("sudo") is None:
        raise SetupError(f"Debian packages are missing and this is neither root nor is there sudo; {by_hand}")
    return ["sudo", *([] if sys.stdin.isatty() else ["-n"]), *quiet]


class _Step:
    """One step of the set-up: says when it begins, that it lives, and what it took."""

    def __init__(self, title: str) -> None:
        self._title = title
        self._last = ""
        self._done = threading.Event()

    def run(self, command: Sequence[str], *, check: bool = True, mend: str = "") -> int:
        """Run quietly; on failure show the lines that tell why and say what may help."""
        said: list[str] = []
        with subprocess.Popen(
            command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
        ) as child:
            for line in child.stdout or ():
                said.append(line.rstrip())
                self._last = line.strip() or self._last
        if check and child.returncode != 0:
            print("", *(f"    {line}" for line in _telling(said)), "", sep="\n", file=sys.stderr)
            raise SetupError(f"`{shlex.join(command[:6])} ...` failed ({child.returncode}); {mend}")
        return child.returncode

    def __enter__(self) -> Self:
        print(f"set-up: {self._title} ...", flush=True)
        self._began = time.monotonic()
        threading.Thread(target=self._beat, daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._done.set()
        if kind is None:
            print(f"set-up: {self._title}: done in {time.monotonic() - self._began:.1f} s", flush=True)

    def _beat(self) -> None:
        while not self._done.wait(HEARTBEAT):
            took = time.monotonic() - self._began
            print(f"set-up: {self._title}: {took:.0f} s so far: {self._last[:80]}", flush=True)


def _telling(said: Sequence[str]) -> Sequence[str]:
    """The first complaint of a compiler and what follows it, or else the last lines."""
    for number, line in enumerate(said):
        if re.match(r" *error(\[E\d+\])?: (?!subprocess)", line):
            return said[number : number + LINES_SHOWN]
    return said[-LINES_SHOWN:]


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    """Two set-ups of one tree wait for each other instead of building over each other."""
    folder = os.open(ROOT, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


if __name__ == "__main__":
    sys.exit(main())
