"""Where a request can go (RFC 3263): the ways to a server, their order, and servers left alone for a while."""
