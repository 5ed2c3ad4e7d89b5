"""Writes docs/api.openapi.yaml from the declarations of the interface's routes."""

from __future__ import annotations

import yaml

from console.api.openapi import describe
from console.offered import PARTS


class _Plain(yaml.SafeDumper):
    """Writes out what stands in several places."""

    def ignore_aliases(self, data: object) -> bool:
        """Always."""
        return True


_Plain.add_multi_representer(str, lambda dumper, data: dumper.represent_str(str(data)))  # names of columns


def page() -> str:
    """The whole file."""
    described = describe(each for part in PARTS for each in part)
    text = yaml.dump(described, Dumper=_Plain, sort_keys=False, allow_unicode=True, width=110)
    return f"# Made from console/ by tools/docs.py: change the declarations, not this file.\n{text}"
