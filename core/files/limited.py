"""Runs one of our modules within limits, in a process of its own; see `core.files.child`.

It imports little: a process that starts for each file should start soon.
"""

import os
import runpy
import signal
import sys
import threading

if sys.platform != "win32":
    import resource

OUT_OF_CPU = None if sys.platform == "win32" else -signal.SIGXCPU
"""The code of a process that has used up its CPU seconds."""


def confine(cpu_seconds: int, memory_bytes: int, niceness: int) -> None:
    """Hold this process to CPU seconds of all its threads, and to bytes that it can write to.

    Windows knows no such limits.
    """
    if sys.platform == "win32":
        return
    _lower(resource.RLIMIT_CPU, cpu_seconds)
    # Not RLIMIT_AS: a thread reserves addresses by far more than it ever uses.
    _lower(resource.RLIMIT_DATA, memory_bytes)
    _lower(resource.RLIMIT_CORE, 0)
    os.nice(niceness)


def _lower(kind: int, limit: int) -> None:
    if sys.platform == "win32":
        return
    hard = resource.getrlimit(kind)[1]
    if hard == resource.RLIM_INFINITY or limit < hard:
        resource.setrlimit(kind, (limit, hard))


def obey(arguments: list[str]) -> None:
    """Do in this process what the arguments say: three limits, a module, what it is told.

    What stands for standard input is open and empty as long as somebody waits for the result.
    """
    confine(*map(int, arguments[:3]))
    threading.Thread(target=_end_with_parent, daemon=True).start()
    sys.argv = arguments[3:]
    runpy.run_module(sys.argv[0], run_name="__main__")


def _end_with_parent() -> None:
    # Two of us would work on one file, should the bot be killed and started again.
    os.read(sys.stdin.fileno(), 1)
    os._exit(1)


if __name__ == "__main__":
    obey(sys.argv[1:])
