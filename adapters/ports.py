"""Ports of this machine."""

import socket
from contextlib import closing


def free_port(wanted: int = 0) -> int:
    """The wanted port of the loopback, or any free one where it is taken or none is wanted."""
    with closing(socket.socket()) as probe:
        try:
            probe.bind(("127.0.0.1", wanted))
        except OSError:
            probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
