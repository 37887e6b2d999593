"""How modules are loaded that stay as long as the process."""

import gc
import sys
from collections.abc import Generator
from contextlib import contextmanager
from types import ModuleType

# What libraries load wherever they find it, for things that we never ask of them: SQLAlchemy's way
# to wait outside threads, httpx's own command line, and the coloured tracebacks of structlog.
# They cost 7 MB, and a tenth of a start.
_UNASKED = ("greenlet", "httpx._main", "rich")


@contextmanager
def kept_imports() -> Generator[None]:
    """Import without the collector: it would search the modules again and again, for nothing.

    That takes a fifth of a start. What is there at the end of the block is never searched.
    """
    gc.disable()
    try:
        with _absent(*_UNASKED):
            yield
    finally:
        gc.freeze()
        gc.enable()


@contextmanager
def _absent(*names: str) -> Generator[None]:
    """Let these modules be missing, unless they are loaded; afterwards they can be found again."""
    modules: dict[str, ModuleType | None] = sys.modules  # pyright: ignore[reportAssignmentType]
    hidden = [name for name in names if name not in modules]
    modules.update(dict.fromkeys(hidden))
    try:
        yield
    finally:
        for name in hidden:
            del modules[name]
