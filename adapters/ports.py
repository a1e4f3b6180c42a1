"""Ports of this machine."""

import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager


def free_port(wanted: int = 0) -> int:
    """The wanted port of the loopback, or any free one where it is taken or none is wanted."""
    with closing(socket.socket()) as probe:
        try:
            probe.bind(("127.0.0.1", wanted))
        except OSError:
            probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def reserved_port(wanted: int = 0) -> Iterator[int]:
    """A free port of the loopback, the wanted one where it can be had, that nobody else is given here meanwhile.

    Two services that start at once would both find it free, and share the server of whoever is first. The UDP port
    of the same number stands for it: it needs no file, and is given back with its holder's life.
    """
    with closing(_reserve(wanted)) as token:
        yield int(token.getsockname()[1])


def _reserve(wanted: int) -> socket.socket:
    token = socket.socket(type=socket.SOCK_DGRAM)
    try:
        token.bind(("127.0.0.1", wanted))
        with closing(socket.socket()) as probe:
            probe.bind(token.getsockname())
    except OSError:
        token.close()
        return _reserve(0)
    return token
