"""A folder of its own for each program, and a fast gateway for it."""

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from sandbox.options import SandboxOptions
from sandbox.server import serve

SPEED = 60.0


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """Where the gateway of `gateway` keeps its ledger."""
    return tmp_path / "gateway"


@pytest.fixture
async def gateway(state: Path) -> AsyncGenerator[dict[str, str]]:
    """The variables of an operator with a key at a gateway that is fast."""
    options = SandboxOptions(state_dir=state, speed=SPEED, short_side=96, fps=8)
    async with serve(options) as root:
        yield {"APIYI_API_KEY": "sk-secret-key", "APIYI_BASE_URL": f"{root}/v1"}
