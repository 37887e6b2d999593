"""What holds for all tests."""

import gc
from collections.abc import Generator
from pathlib import Path

import pytest

_MEASURED = ("core", "storage")
# They stand under bots, and are about the commands and borders of core.
_ABOUT_CORE = ("test_dispatch.py", "test_media_commands.py", "test_web.py")
_HERE = Path(__file__).parent


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Look for no garbage in what is imported and listed: a worker has all of it to its end."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Measure core by its own tests alone: tracing all the others would double their time."""
    for item in items:
        folder = item.path.relative_to(_HERE).parts[0]
        if folder not in _MEASURED and item.path.name not in _ABOUT_CORE:
            item.add_marker("no_cover")
