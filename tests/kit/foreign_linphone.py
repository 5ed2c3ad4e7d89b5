"""linphonec as a registered phone: commands go in at its prompt, what it says is read from its screen."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from typing import TYPE_CHECKING, Self

from tests.kit.foreign_process import PATIENCE, PhoneFault
from tests.kit.ports import free_port, free_ports

if TYPE_CHECKING:
    from pathlib import Path

LINPHONE = shutil.which("linphonec") or "/usr/bin/linphonec"
_SETTINGS = """
[sip]
sip_port={port}
sip_tcp_port=0
sip_tls_port=0
default_proxy=0
use_ipv6=0
media_encryption={encryption}
[net]
firewall_policy=0
[rtp]
audio_rtp_port={rtp}
[proxy_0]
reg_proxy=<sip:{server}>
reg_identity=<sip:{user}@{host}>
reg_expires=120
reg_sendregister=1
publish=0
[auth_info_0]
username={user}
passwd={password}
realm={realm}
"""


class LinphonePhone:
    """One linphonec with one account."""

    def __init__(
        self,
        *,
        server: tuple[str, int],
        user: str,
        password: str,
        folder: Path,
        answers: bool = False,
        srtp: bool = False,
    ) -> None:
        """With `answers` it takes each call at once; with `srtp` it wants keys."""
        self.user, self.folder = user, folder / f"linphone-{user}"
        self._answers = answers
        self._process: subprocess.Popen[str] | None = None
        (self.folder / ".local/share/linphone").mkdir(parents=True)
        settings = _SETTINGS.format(
            port=free_port(),
            rtp=free_ports(4)[0],
            server="{}:{}".format(*server),
            host=server[0],
            user=user,
            password=password,
            realm="centralita",
            encryption="srtp" if srtp else "none",
        )
        (self.folder / "settings").write_text(settings)

    def __enter__(self) -> Self:
        with (self.folder / "screen.txt").open("wb") as screen:
            self._process = subprocess.Popen(
                [LINPHONE, "-c", str(self.folder / "settings")],
                stdin=subprocess.PIPE,
                stdout=screen,
                stderr=subprocess.STDOUT,
                cwd=self.folder,
                env={**os.environ, "HOME": str(self.folder)},
                text=True,
            )
        try:
            self.say("soundcard use files")
            if self._answers:
                self.say("autoanswer enable")
            self._until_registered()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        if self._process is not None and self._process.poll() is None:
            self.say("quit")  # it takes its binding away
            try:
                self._process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait(PATIENCE)
        if self._process is not None and self._process.stdin is not None:
            self._process.stdin.close()

    def say(self, command: str) -> None:
        """Type a command."""
        assert self._process is not None
        assert self._process.stdin is not None
        self._process.stdin.write(command + "\n")
        self._process.stdin.flush()

    def wait_for(self, words: str, *, within: float = PATIENCE, times: int = 1) -> None:
        """Wait until it has said these words so many times."""
        limit = time.monotonic() + within
        while self.screen().count(words) < times:
            if time.monotonic() > limit:
                raise PhoneFault(
                    f"linphone {self.user}: no {words!r} within {within} s:\n{self.screen()[-3000:]}"
                )
            time.sleep(0.05)

    def screen(self) -> str:
        """All that it has said."""
        return (self.folder / "screen.txt").read_text(errors="replace")

    def _until_registered(self) -> None:
        limit = time.monotonic() + PATIENCE
        while "registered, identity=" not in self.screen():
            if time.monotonic() > limit:
                raise PhoneFault(f"linphone {self.user} does not register:\n{self.screen()[-3000:]}")
            self.say("status register")
            time.sleep(0.3)
