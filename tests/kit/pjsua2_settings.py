"""How a pjsua2 phone is set up: its endpoint, its account and its session descriptions."""

from __future__ import annotations

import re
from typing import Any


def open_endpoint(pj: Any, settings: dict[str, Any]) -> Any:
    """The process's endpoint: one transport, one codec, no sound card."""
    endpoint = pj.Endpoint()
    endpoint.libCreate()
    config = pj.EpConfig()
    config.uaConfig.threadCnt = 0
    config.uaConfig.mainThreadOnly = True
    config.logConfig.level = 4
    config.logConfig.consoleLevel = 0
    config.logConfig.filename = settings["log"]
    config.medConfig.clockRate = 8000
    config.medConfig.sndClockRate = 8000
    config.medConfig.ecTailLen = 0
    config.medConfig.noVad = True
    endpoint.libInit(config)
    transport = pj.TransportConfig()
    transport.boundAddress, transport.port = settings["local"]
    if settings["ca"]:
        transport.tlsConfig.CaListFile = settings["ca"]
        transport.tlsConfig.verifyServer = True
    if settings["certificate"]:
        transport.tlsConfig.certFile, transport.tlsConfig.privKeyFile = settings["certificate"]
    endpoint.transportCreate(getattr(pj, f"PJSIP_TRANSPORT_{settings['transport'].upper()}"), transport)
    endpoint.libStart()
    endpoint.audDevManager().setNullDev()
    for codec in endpoint.codecEnum2():
        endpoint.codecSetPriority(codec.codecId, 128 if codec.codecId.startswith(settings["codec"]) else 0)
    return endpoint


def account_settings(pj: Any, settings: dict[str, Any]) -> Any:
    """The phone's one account."""
    host, port = settings["server"]
    config = pj.AccountConfig()
    config.idUri = f"sip:{settings['user']}@{host}:{port}"
    if settings["password"] is not None:
        by = "" if settings["transport"] == "udp" else f";transport={settings['transport']}"
        config.regConfig.registrarUri = f"sip:{host}:{port}{by}"
        config.regConfig.timeoutSec = 300
        config.sipConfig.authCreds.append(
            pj.AuthCredInfo("digest", settings["realm"], settings["user"], 0, settings["password"])
        )
    if settings["requires_prack"]:
        config.callConfig.prackUse = pj.PJSUA_100REL_MANDATORY
    config.mediaConfig.srtpUse = {
        "off": pj.PJMEDIA_SRTP_DISABLED,
        "optional": pj.PJMEDIA_SRTP_OPTIONAL,
        "mandatory": pj.PJMEDIA_SRTP_MANDATORY,
    }[settings["srtp"]]
    config.mediaConfig.srtpSecureSignaling = 0
    config.mwiConfig.enabled = settings["has_mailbox"]
    media = config.mediaConfig.transportConfig
    media.boundAddress, media.port = settings["local"][0], settings["rtp_port"]
    media.portRange = 6
    config.natConfig.sipOutboundUse = 0
    return config


def without_events(description: str) -> str:
    """A session description that says nothing of telephone events."""
    numbers = re.findall(r"a=rtpmap:(\d+) telephone-event", description)
    lines = [
        line
        for line in description.splitlines()
        if not line.startswith(tuple(f"a={kind}:{each} " for each in numbers for kind in ("rtpmap", "fmtp")))
    ]
    for each in numbers:
        lines = [line.replace(f" {each}", "") if line.startswith("m=audio") else line for line in lines]
    return "\r\n".join([*lines, ""])
