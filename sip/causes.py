"""SIP statuses and Q.850 causes, each from the other (RFC 3398 s.7.2.4.1 and s.8.2.6.1, RFC 4497 for the rest)."""

from __future__ import annotations

NORMAL = 16
NO_ANSWER = 19
REJECTED = 21
NO_CIRCUIT = 34
OUT_OF_ORDER = 38
INTERRUPTED = 41
CONGESTION = 42
TIMER_EXPIRY = 102

_CAUSES = {
    200: 16,
    400: 41,
    401: 21,
    402: 21,
    403: 21,
    404: 1,
    405: 63,
    406: 79,
    407: 21,
    408: 102,
    410: 22,
    413: 127,
    414: 127,
    415: 79,
    416: 127,
    420: 127,
    430: 20,
    480: 18,
    481: 41,
    482: 25,
    483: 25,
    484: 28,
    485: 1,
    486: 17,
    487: 16,
    488: 88,
    491: 41,
    500: 41,
    501: 79,
    502: 38,
    503: 41,
    504: 102,
    600: 17,
    603: 21,
    604: 1,
    606: 88,
}

_STATUSES = {
    1: 404,
    2: 404,
    3: 404,
    16: 480,
    17: 486,
    18: 408,
    19: 480,
    20: 480,
    21: 403,
    22: 410,
    25: 483,
    27: 502,
    28: 484,
    29: 501,
    34: 503,
    38: 503,
    41: 503,
    42: 503,
    47: 503,
    55: 403,
    57: 403,
    58: 503,
    65: 488,
    70: 488,
    79: 501,
    87: 403,
    88: 503,
    102: 504,
    111: 500,
    127: 500,
}


def cause_of(status: int) -> int:
    """The Q.850 cause that a SIP status means; an unknown one by its class."""
    return _CAUSES.get(status) or {4: 41, 5: 41, 6: 21}.get(status // 100, 31)


def status_of(cause: int) -> int:
    """The SIP status that a Q.850 cause means; 480 when the table has none (RFC 3398 s.7.2.4.1)."""
    return _STATUSES.get(cause, 480)
