"""The program: command line, settings, wiring, dispatcher and lifecycle of a node."""
