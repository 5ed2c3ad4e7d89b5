"""The demonstration of `make run`: one call through the node, shown as it happens, then how to make one's own."""

from centralita.demo.demonstration import Demonstration

__all__ = ["Demonstration"]
