"""What a process carries that serves for months."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
_TELEGRAM = "bots.cli.main, bots.cli.run, bots.telegram.service"


@pytest.mark.parametrize(
    "unused", ["alembic", "av", "discord", "PIL", "prompt_toolkit", "uvicorn", "aiosqlite"]
)
def test_run_on_telegram_does_not_load_what_it_does_not_use(loaded: set[str], unused: str) -> None:
    assert unused not in loaded


@pytest.fixture(scope="module")
def loaded() -> set[str]:
    code = f"import {_TELEGRAM}, sys; print(*sys.modules)"
    said = subprocess.run(  # noqa: S603 - our own Python
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return set(said.stdout.split())
