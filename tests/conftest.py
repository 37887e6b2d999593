"""What holds for all tests."""

from pathlib import Path

import pytest

_MEASURED = ("core", "storage")
_HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Measure core by its own tests alone: tracing all the others would double their time."""
    for item in items:
        folder = item.path.relative_to(_HERE).parts[0]
        if folder not in _MEASURED and item.path.name != "test_dispatch.py":
            item.add_marker("no_cover")
