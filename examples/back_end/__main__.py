"""`python -m examples.back_end --key FILE [--port 8090]`: serve on this machine only."""

from __future__ import annotations

import argparse
from pathlib import Path

from aiohttp import web

from examples.back_end.server import make_app

options = argparse.ArgumentParser(prog="python -m examples.back_end", description=__doc__)
options.add_argument(
    "--key", type=Path, required=True, help="the file that `key:` of the client's file names"
)
options.add_argument("--port", type=int, default=8090)
chosen = options.parse_args()
key = bytes.fromhex(chosen.key.read_text(encoding="ascii").strip())
web.run_app(make_app(key), host="127.0.0.1", port=chosen.port, access_log=None)
