"""Ports for programs that have to be told theirs, and for servers that come back at theirs."""

import errno
import os
import socket
from itertools import cycle
from random import sample

# Below those that systems give to whoever asks for any, and to whoever connects somewhere: of
# those one might be given away before its program is up, or while its server is away.
_LOWEST, _BEYOND = 20_000, 32_768
# The processes of a run begin one after the other, so each has ports of its own.
_PROCESSES = 64
_ours = range(_LOWEST + os.getpid() % _PROCESSES, _BEYOND, _PROCESSES)
_ports = cycle(sample(_ours, len(_ours)))


def free_port() -> int:
    """One that nobody listens at, and that nobody is given by chance."""
    return next(filter(_is_free, _ports))


def _is_free(port: int) -> bool:
    try:
        with socket.create_server(("127.0.0.1", port)):
            return True
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise
        return False
