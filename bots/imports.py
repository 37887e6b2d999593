"""How modules are loaded that stay as long as the process."""

import gc
from collections.abc import Generator
from contextlib import contextmanager


@contextmanager
def kept_imports() -> Generator[None]:
    """Import without the collector: it would search the modules again and again, for nothing.

    That takes a fifth of a start. What is there at the end of the block is never searched.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
