"""Forks a process for each file, from one that has the decoders loaded; see `core.files.forked`.

Starting Python and loading libav and Pillow costs more than looking into a video. This process
never opens a file that anybody sent, and has no threads, so that its forks are whole.
"""

import contextlib
import gc
import os
import select
import signal
import socket
import struct
import sys
import traceback
from importlib import import_module

from core.files import limited

LENGTH = struct.Struct("!I")
"""What a request begins with; with it come two descriptors, for the output and for the code."""
CODE = struct.Struct("!i")

_PRELOADED = (
    *("av", "av.error", "PIL.Image", "PIL.ImageOps", "PIL.ImageStat"),
    *("PIL.JpegImagePlugin", "PIL.PngImagePlugin", "PIL.WebPImagePlugin"),
    *("core.files.media_info", "core.files.upright", "core.files.crop", "core.files.encode"),
    "core.files.small",
)
# It holds 40 MB, and is back in the time that a fresh interpreter would take.
_IDLE_SECONDS = 60.0


class _Server:
    """One process for each request, killed when nobody waits for it any more."""

    def __init__(self, control: socket.socket) -> None:
        self._control = control
        self._waking, self._woken = os.pipe()
        # Of each child, by the descriptor at whose other end somebody waits.
        self._pids: dict[int, int] = {}
        self._killed: set[int] = set()

    def serve(self) -> None:
        """Work until our parent has gone or has had nothing to do for long."""
        for end in (self._waking, self._woken):
            os.set_blocking(end, False)
        signal.signal(signal.SIGCHLD, lambda _signal, _frame: None)
        signal.set_wakeup_fd(self._woken, warn_on_full_buffer=False)
        control = self._control.fileno()
        while True:
            watched = [control, self._waking, *(self._pids.keys() - self._killed)]
            idle = None if self._pids else _IDLE_SECONDS
            ready, _, _ = select.select(watched, [], [], idle)
            if not ready:
                return
            for gone in self._pids.keys() & ready:
                self._kill(gone)
            if self._waking in ready:
                os.read(self._waking, 1000)
                self._reap()
            if control in ready and not self._take():
                break
        for waiting in self._pids.keys() - self._killed:
            self._kill(waiting)

    def _kill(self, waiting: int) -> None:
        # It has not been reaped, so the number is still its own.
        os.kill(self._pids[waiting], signal.SIGKILL)
        self._killed.add(waiting)

    def _reap(self) -> None:
        for waiting, pid in list(self._pids.items()):
            reaped, status = os.waitpid(pid, os.WNOHANG)
            if reaped:
                del self._pids[waiting]
                self._killed.discard(waiting)
                with contextlib.suppress(ConnectionError):
                    os.write(waiting, CODE.pack(os.waitstatus_to_exitcode(status)))
                os.close(waiting)

    def _take(self) -> bool:
        """Fork a child for the next request; False when there will be none."""
        head, ends, _, _ = socket.recv_fds(self._control, LENGTH.size, 2)
        if len(head) < LENGTH.size:
            return False
        (length,) = LENGTH.unpack(head)
        request = self._control.recv(length, socket.MSG_WAITALL)
        output, waiting = ends
        try:
            pid = os.fork()
        except OSError:
            # Who waits sees that there is no code, and knows another way.
            os.close(waiting)
        else:
            if not pid:
                self._become(request, output, waiting)
            self._pids[waiting] = pid
        os.close(output)
        return True

    def _become(self, request: bytes, output: int, waiting: int) -> None:
        """Be the child, and never return."""
        code = 1
        try:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            os.dup2(waiting, sys.stdin.fileno())
            os.dup2(output, sys.stdout.fileno())
            mine = (output, waiting, self._waking, self._woken, self._control.fileno())
            for inherited in (*mine, *self._pids):
                os.close(inherited)
            limited.obey(request.decode(errors="surrogateescape").split("\0"))
            sys.stdout.flush()
            code = 0
        except SystemExit as end:
            sys.stdout.flush()
            code = end.code if isinstance(end.code, int) else int(end.code is not None)
        except BaseException:  # noqa: BLE001 - there is nobody above it
            traceback.print_exc()
        finally:
            os._exit(code)


if __name__ == "__main__":
    for name in _PRELOADED:
        import_module(name)
    # Pages that the collector does not touch are not copied by each child.
    gc.freeze()
    _Server(socket.socket(fileno=int(sys.argv[1]))).serve()
