"""What holds for all tests."""

import gc
import inspect
import os
from collections.abc import Generator
from pathlib import Path
from random import randrange
from typing import Any

import pytest
from hypothesis import settings

from tests.fakes.databases import let_go, use_postgres
from tests.fakes.postgres import shared_server
from tests.fakes.standstill import ended_after

_MEASURED = ("core", "storage")
# They stand under bots, and are about the commands and borders of core.
_ABOUT_CORE = ("test_dispatch.py", "test_media_commands.py", "test_server.py")
_HERE = Path(__file__).parent
# How long an example takes says how busy the machine is.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")
# Before faulthandler_timeout in pyproject.toml, which sees threads and no tasks.
_LONGEST_SECONDS = 420.0


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let an ordeal be repeated, and let all tests use the other database."""
    parser.addoption("--seed", type=int, help="where the chance of tests/chaos begins")
    parser.addoption("--shots", help="keep the pictures of tests in a browser in this folder")
    parser.addoption(
        "--postgres", action="store_true", help="let each test have its database on Postgres"
    )


def pytest_configure(config: pytest.Config) -> None:
    """Take a seed, where none was given; a worker takes that of whoever started it."""
    is_helper = hasattr(config, "workerinput")
    if config.option.seed is None:
        told: dict[str, int] = getattr(config, "workerinput", {})
        config.option.seed = told.get("seed", randrange(10**6))
    # All processes of a run have one server; with xdist, the first of them runs no tests.
    if config.getoption("--postgres") and (is_helper or not config.option.numprocesses):
        use_postgres(shared_server(os.getppid() if is_helper else os.getpid()))


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Look for no garbage in what is imported and listed: a worker has all of it to its end."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Measure core by its own tests alone: tracing all the others would double their time."""
    if config.getoption("--postgres"):
        left_out = [item for item in items if item.get_closest_marker("only_sqlite")]
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]
    for item in items:
        folder = item.path.relative_to(_HERE).parts[0]
        if folder not in _MEASURED and item.path.name not in _ABOUT_CORE:
            item.add_marker("no_cover")
        if isinstance(item, pytest.Function) and inspect.iscoroutinefunction(item.obj):
            item.obj = ended_after(_LONGEST_SECONDS, item.obj)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown() -> Generator[None, object, object]:
    """Let the next test have the databases of this one, once its fixtures have ended."""
    try:
        return (yield)
    finally:
        let_go()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say what the suite has left out."""
    config = terminalreporter.config
    is_whole = config.args_source is pytest.Config.ArgsSource.TESTPATHS
    if is_whole and "not fleet" in config.option.markexpr:
        terminalreporter.write_line(
            "Left out: whatever needs a Postgres (make fleet), longer proofs (make slow),"
            " attacks and bad luck (make chaos)."
        )


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tell a worker."""
    node.workerinput["seed"] = node.config.option.seed


def pytest_report_header(config: pytest.Config) -> str:
    """Say which it is."""
    return f"--seed={config.option.seed}"
