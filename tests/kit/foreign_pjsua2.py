"""pjsua2 as a phone: registered or not, it answers or dials, plays a WAV file and records what it hears.

pjsua2 keeps one endpoint per process and calls back from it, so each phone is a process of its own.
"""

from __future__ import annotations

import json
import os
import select
import sys
from pathlib import Path
from typing import Any, Self

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.kit.foreign_process import PATIENCE, ForeignProcess, report
from tests.kit.pjsua2_settings import account_settings, open_endpoint, without_events

USE_DEFAULTS = True  # of the call settings, as pjsua2 asks it: by position
A_MOMENT = 5
"""Packets of 20 ms that must come before sound is said to come."""


class PjsuaPhone:
    """The driver's side of one pjsua2 phone."""

    def __init__(
        self,
        *,
        server: tuple[str, int],
        local: tuple[str, int],
        rtp_port: int,
        user: str,
        folder: Path,
        password: str | None = None,
        plays: Path | None = None,
        on_call: str = "answer",
        realm: str = "*",
        transport: str = "udp",
        has_mailbox: bool = False,
        ca: Path | None = None,
        certificate: tuple[Path, Path] | None = None,
        requires_prack: bool = False,
        srtp: str = "off",
        codec: str = "PCM",
        has_events: bool = True,
    ) -> None:
        """`on_call`: answer, ring, or the status to refuse with; a phone without password does not register.

        183 is no refusal: what the phone plays is then heard although it has not answered. One that has a mailbox
        subscribes to it. Over TLS the server's certificate must be signed by `ca` and be the server's. `srtp`: off,
        optional (offered beside plain sound) or mandatory. `codec` begins the names of those it knows: PCM, G722/16000.
        One that `has_events` speaks of telephone events in its descriptions.
        """
        folder.mkdir(parents=True, exist_ok=True)
        self.user = user
        self.server = server
        self.transport = transport
        self.recording = folder / f"{user}-heard.wav"
        settings: dict[str, object] = {
            "name": f"pjsua2 {user}",
            "server": list(server),
            "local": list(local),
            "transport": transport,
            "ca": str(ca) if ca else None,
            "certificate": [str(each) for each in certificate] if certificate else None,
            "rtp_port": rtp_port,
            "user": user,
            "password": password,
            "realm": realm,
            "plays": str(plays) if plays else None,
            "records": str(self.recording),
            "on_call": on_call,
            "has_mailbox": has_mailbox,
            "requires_prack": requires_prack,
            "srtp": srtp,
            "codec": codec,
            "has_events": has_events,
            "log": str(folder / f"{user}-pjsua.log"),
        }
        self.process = ForeignProcess(Path(__file__), settings, log=folder / f"{user}-process.log")
        self._registers = password is not None

    def __enter__(self) -> Self:
        with self.process.or_closed():
            self.process.wait_for("ready")
            if self._registers:
                self.process.wait_for("registration", status=200, active=True)
        return self

    def __exit__(self, *_: object) -> None:
        self.process.close()

    def dial(self, number: str, *, within: float = PATIENCE) -> None:
        """Call a number of the server and wait until it is answered and keys and sound have a way to go."""
        mark = self.process.mark()
        self.start_dialling(number)
        self.process.wait_for("call", state="CONFIRMED", within=within, after=mark)
        self.process.wait_for("media", flows=True, after=mark)

    def wait_for_sound(self) -> None:
        """Wait until sound of the server comes in."""
        mark = self.process.mark()
        self.process.tell("listen")
        self.process.wait_for("sound_comes", after=mark)

    def start_dialling(self, number: str) -> None:
        """Call a number of the server without waiting."""
        by = "" if self.transport == "udp" else f";transport={self.transport}"
        self.process.tell("dial", uri=f"sip:{number}@{self.server[0]}:{self.server[1]}{by}")

    def dial_to_the_end(self, number: str, *, within: float = PATIENCE) -> int:
        """Call a number that ends by itself (a refusal, a feature code) and return the last status."""
        mark = self.process.mark()
        self.start_dialling(number)
        return int(self.process.wait_for("call", state="DISCONNECTED", within=within, after=mark)["status"])

    def policy(self, on_call: str) -> None:
        """Change what the phone does with the next call."""
        self.process.tell("policy", on_call=on_call)

    def answer(self) -> None:
        """Answer the call that rings."""
        self.process.tell("answer")

    def press(self, digits: str) -> None:
        """Send RFC 4733 digits."""
        self.process.tell("press", digits=digits)

    def press_by_info(self, digits: str) -> None:
        """Send digits by INFO, in pjsua's own way (application/dtmf-relay)."""
        self.process.tell("press_by_info", digits=digits)

    def send_info(self, kind: str, body: str) -> None:
        """Send an INFO with this body."""
        self.process.tell("send_info", kind=kind, body=body)

    def say(self, sound: Path) -> None:
        """Play a WAV file once into the call."""
        self.process.tell("say", sound=str(sound))

    def hold(self) -> None:
        """Put the call on hold."""
        self.process.tell("hold")

    def resume(self) -> None:
        """Take the call back from hold."""
        self.process.tell("resume")

    def transfer(self, number: str | None) -> None:
        """Send the other party on; without a number to that of a call that was begun during this one."""
        uri = f"sip:{number}@{self.server[0]}:{self.server[1]}" if number is not None else None
        self.process.tell("transfer", uri=uri)

    def wait_for_transfer(self, *, within: float = PATIENCE) -> int:
        """The status that a transfer came to."""
        return int(self.process.wait_for("transfer", final=True, within=within)["status"])

    def hang_up(self) -> None:
        """End the call, or cancel it while it rings."""
        mark = self.process.mark()
        self.process.tell("hangup")
        self.process.wait_for("call", state="DISCONNECTED", after=mark)

    def unregister(self) -> None:
        """Take the binding away."""
        mark = self.process.mark()
        self.process.tell("unregister")
        self.process.wait_for("registration", status=200, active=False, after=mark)

    def wait_for_incoming(self, *, within: float = PATIENCE, after: int = 0) -> dict[str, Any]:
        """Wait until the phone rings."""
        return self.process.wait_for("incoming", within=within, after=after)

    def wait_for_state(self, state: str, *, within: float = PATIENCE, after: int = 0) -> dict[str, Any]:
        """Wait for CONFIRMED, DISCONNECTED, ... (the names pjsua gives them)."""
        return self.process.wait_for("call", state=state, within=within, after=after)


def work(settings: dict[str, Any]) -> None:
    """Worker side: poll pjsua and the driver in turn, in one thread."""
    phone = _Worker(settings)
    pending = bytearray()
    report("ready")
    while not phone.finished:
        phone.poll()
        for order in _orders(pending):
            getattr(phone, order.pop("do"))(**order)
    phone.close()


def _orders(pending: bytearray) -> list[dict[str, Any]]:
    """What the driver asked meanwhile. Read below Python's own buffer, which would hide a second line from select."""
    if not select.select([0], [], [], 0)[0]:
        return []
    said = os.read(0, 65536)
    if not said:
        return [{"do": "quit"}]
    pending += said
    *lines, rest = bytes(pending).split(b"\n")
    pending[:] = rest
    return [json.loads(line) for line in lines]


class _Worker:
    def __init__(self, settings: dict[str, Any]) -> None:
        import pjsua2

        self.pj = pjsua2
        self.settings = settings
        self.finished = False
        self.on_call: str = settings["on_call"]
        self.call: Any = None
        self.first: Any = None
        self.listening = False
        self.kept: list[Any] = []  # pjsua crashes when Python collects an object it still uses
        self.player: Any = None
        self.recorder: Any = None
        self.endpoint = open_endpoint(pjsua2, settings)
        self.account = _account_class(pjsua2, self)()
        self.account.create(account_settings(pjsua2, settings))

    def poll(self) -> None:
        self.endpoint.libHandleEvents(20)
        if self.listening and self.call.getStreamStat(0).rtcp.rxStat.pkt >= A_MOMENT:
            self.listening = False
            report("sound_comes")

    def listen(self) -> None:
        self.listening = True

    def dial(self, uri: str) -> None:
        self.first, self.call = self.call, _call_class(self.pj, self)(self.account)
        self.kept.append(self.call)
        self.call.makeCall(uri, self.pj.CallOpParam(USE_DEFAULTS))

    def policy(self, on_call: str) -> None:
        self.on_call = on_call

    def incoming(self, call: Any) -> None:
        self.kept.append(call)
        if self.on_call.isdigit():
            if self.on_call.startswith("1"):
                self.call = call
            self._reply(call, int(self.on_call))
            report("incoming", peer=call.getInfo().remoteUri)
            return
        self.call = call
        if self.on_call != "silent":
            self._reply(call, 180)
        report("incoming", peer=call.getInfo().remoteUri)
        if self.on_call == "answer":
            self._reply(call, 200)

    def answer(self) -> None:
        self._reply(self.call, 200)

    def refuse(self, status: int) -> None:
        self._reply(self.call, status)

    def _reply(self, call: Any, status: int) -> None:
        answer = self.pj.CallOpParam()
        answer.statusCode = status
        call.answer(answer)

    def press(self, digits: str) -> None:
        self.call.dialDtmf(digits)

    def press_by_info(self, digits: str) -> None:
        keys = self.pj.CallSendDtmfParam()
        keys.method, keys.digits = self.pj.PJSUA_DTMF_METHOD_SIP_INFO, digits
        self.call.sendDtmf(keys)

    def send_info(self, kind: str, body: str) -> None:
        request = self.pj.CallSendRequestParam()
        request.method = "INFO"
        request.txOption.contentType, request.txOption.msgBody = kind, body
        self.call.sendRequest(request)

    def say(self, sound: str) -> None:
        player = self.pj.AudioMediaPlayer()
        player.createPlayer(sound, self.pj.PJMEDIA_FILE_NO_LOOP)
        self.kept.append(player)
        player.startTransmit(self.call.getAudioMedia(-1))

    def hold(self) -> None:
        self.call.setHold(self.pj.CallOpParam(USE_DEFAULTS))

    def resume(self) -> None:
        again = self.pj.CallOpParam(USE_DEFAULTS)
        again.opt.flag = self.pj.PJSUA_CALL_UNHOLD
        self.call.reinvite(again)

    def transfer(self, uri: str | None) -> None:
        if uri is None:
            self.first.xferReplaces(self.call, self.pj.CallOpParam(USE_DEFAULTS))
        else:
            self.call.xfer(uri, self.pj.CallOpParam(USE_DEFAULTS))

    def hangup(self) -> None:
        self.call.hangup(self.pj.CallOpParam(USE_DEFAULTS))

    def unregister(self) -> None:
        self.account.setRegistration(False)

    def media(self, call: Any) -> None:
        info = call.getInfo()  # its media list dies with it
        for index, media in enumerate(info.media):
            if media.type != self.pj.PJMEDIA_TYPE_AUDIO:
                continue
            flows = media.status == self.pj.PJSUA_CALL_MEDIA_ACTIVE
            if flows:
                self._connect(call.getAudioMedia(index))
            report("media", status=int(media.status), dir=int(media.dir), flows=flows)

    def _connect(self, sound: Any) -> None:
        # Media may start more than once in a call (early, answered, resumed): one player and one recorder serve all.
        if self.settings["plays"]:
            if self.player is None:
                self.player = self.pj.AudioMediaPlayer()
                self.player.createPlayer(self.settings["plays"])
            self.player.startTransmit(sound)
        if self.recorder is None:
            self.recorder = self.pj.AudioMediaRecorder()
            self.recorder.createRecorder(self.settings["records"])
        sound.startTransmit(self.recorder)

    def forget_sound(self) -> None:
        """Close the recording, so that the file's length is written."""
        self.player = self.recorder = None

    def quit(self) -> None:
        self.finished = True

    def close(self) -> None:
        self.endpoint.hangupAllCalls()
        if self.settings["password"] is not None and self.account.getInfo().regIsActive:
            self.account.setRegistration(False)
            for _ in range(100):
                self.poll()
                if not self.account.getInfo().regIsActive:
                    break
        self.forget_sound()
        sys.stdout.flush()
        os._exit(0)  # libDestroy waits a second for nothing


def _account_class(pj: Any, worker: _Worker) -> Any:
    class Account(pj.Account):  # type: ignore[misc]
        """Tells the worker of registrations and calls."""

        def onRegState(self, prm: Any) -> None:  # noqa: N802 - pjsua2's name
            report("registration", status=int(prm.code), reason=prm.reason, active=self.getInfo().regIsActive)

        def onMwiInfo(self, prm: Any) -> None:  # noqa: N802
            report("mailbox", message=prm.rdata.wholeMsg)

        def onIncomingCall(self, prm: Any) -> None:  # noqa: N802
            worker.incoming(_call_class(pj, worker)(self, prm.callId))

    return Account


def _call_class(pj: Any, worker: _Worker) -> Any:
    class Call(pj.Call):  # type: ignore[misc]
        """Tells the worker of states, media and digits."""

        def onCallState(self, prm: Any) -> None:  # noqa: N802
            info = self.getInfo()
            if info.state == pj.PJSIP_INV_STATE_DISCONNECTED:
                worker.forget_sound()
            report(
                "call",
                state=info.stateText.replace("DISCONNCTD", "DISCONNECTED"),
                status=int(info.lastStatusCode),
                reason=info.lastReason,
            )

        def onCallSdpCreated(self, prm: Any) -> None:  # noqa: N802
            if not worker.settings["has_events"]:
                prm.sdp.wholeSdp = without_events(prm.sdp.wholeSdp)

        def onCallTransferStatus(self, prm: Any) -> None:  # noqa: N802
            report("transfer", status=int(prm.statusCode), final=bool(prm.finalNotify))

        def onCallMediaState(self, prm: Any) -> None:  # noqa: N802
            worker.media(self)

        def onDtmfDigit(self, prm: Any) -> None:  # noqa: N802
            report("digit", digit=prm.digit)

    return Call


if __name__ == "__main__":
    work(json.loads(sys.argv[1]))
