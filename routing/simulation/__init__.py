"""The distributor in virtual time: calls from a file or from chance, agents who answer, and the figures of it."""
