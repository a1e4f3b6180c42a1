"""Ports: two services that start at once must not get the same."""

import socket
from contextlib import closing

from adapters.ports import free_port, reserved_port


def test_a_port_is_given_to_one_who_starts_and_again_when_it_is_given_back() -> None:
    """Nobody listens there yet: a look at what is free would give it twice."""
    wanted = free_port()
    with reserved_port(wanted) as first, reserved_port(wanted) as second:
        assert wanted == first
        assert wanted != second
    with reserved_port(wanted) as again:
        assert wanted == again


def test_where_somebody_listens_another_port_is_given() -> None:
    """The usual port is often another service's."""
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        taken = int(server.getsockname()[1])
        with reserved_port(taken) as given:
            assert taken != given
