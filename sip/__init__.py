"""The SIP endpoint: bytes and deadlines in, bytes and events out; sockets only under io/."""
