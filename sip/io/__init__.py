"""The impure edge of the SIP endpoint: sockets, the loop's clock, name resolution."""
