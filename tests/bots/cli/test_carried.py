"""What a process carries that serves for months."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
_TELEGRAM = "bots.cli.main, bots.cli.run, bots.telegram.service"


@pytest.mark.parametrize(
    "unused",
    [
        "alembic",
        "av",
        "click",
        "core.dialects.fal",
        "discord",
        "greenlet",
        "PIL",
        "prompt_toolkit",
        "prometheus_client",
        "pygments",
        "rich",
        "sqlalchemy.dialects.postgresql",
        "starlette",
        "uvicorn",
        "aiosqlite",
    ],
)
def test_run_on_telegram_does_not_load_what_it_does_not_use(loaded: set[str], unused: str) -> None:
    assert unused not in loaded


def test_a_chat_loads_no_server_before_its_page_is_opened() -> None:
    loaded = set(_said("import sys, bots.cli.chat; print(*sys.modules)").split())

    assert "bots.playground.service" in loaded
    assert loaded & {"starlette", "uvicorn", "jinja2", "python_multipart"} == set()


def test_what_is_imported_is_not_searched_for_garbage() -> None:
    told = "gc.get_stats()[2]['collections'], gc.get_freeze_count() > 0, gc.isenabled()"
    code = (
        f"import atexit, gc; atexit.register(lambda: print({told}))\n"
        "import sys; sys.argv = ['cliprelay', 'models', '--json']\n"
        "from bots.__main__ import main; main()"
    )
    assert _said(code).splitlines()[-1] == "0 True True"


def test_what_was_left_out_can_be_loaded_later() -> None:
    later = "import httpx._main, rich.console; print(rich.console.Console.__name__)"
    code = (
        f"from bots.imports import kept_imports\nwith kept_imports():\n    import httpx\n{later}"
    )
    assert _said(code).strip() == "Console"


@pytest.fixture(scope="module")
def loaded() -> set[str]:
    code = f"import sys\nwith kept_imports():\n    import {_TELEGRAM}\nprint(*sys.modules)"
    return set(_said(f"from bots.imports import kept_imports\n{code}").split())


def _said(code: str) -> str:
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S603 - our own Python
    return done.stdout
