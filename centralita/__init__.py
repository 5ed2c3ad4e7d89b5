"""The program: command line, settings, wiring, dispatcher, lifecycle."""
