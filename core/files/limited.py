"""Runs one of our modules within limits; `core.files.child` starts it as a process of its own.

It imports little: a process that starts for each file should start soon.
"""

import os
import resource
import runpy
import sys
import threading


def confine(cpu_seconds: int, memory_bytes: int, niceness: int) -> None:
    """Hold this process to CPU seconds of all its threads, and to bytes that it can write to."""
    _lower(resource.RLIMIT_CPU, cpu_seconds)
    # Not RLIMIT_AS: a thread reserves addresses by far more than it ever uses.
    _lower(resource.RLIMIT_DATA, memory_bytes)
    _lower(resource.RLIMIT_CORE, 0)
    os.nice(niceness)


def _lower(kind: int, limit: int) -> None:
    hard = resource.getrlimit(kind)[1]
    if hard == resource.RLIM_INFINITY or limit < hard:
        resource.setrlimit(kind, (limit, hard))


def _end_with_parent() -> None:
    # Two of us would work on one file, should the bot be killed and started again.
    os.read(sys.stdin.fileno(), 1)
    os._exit(1)


if __name__ == "__main__":
    confine(*map(int, sys.argv[1:4]))
    threading.Thread(target=_end_with_parent, daemon=True).start()
    sys.argv = sys.argv[4:]
    runpy.run_module(sys.argv[0], run_name="__main__")
