"""What the environment brings along: proxies, certificates, few open files."""

import asyncio
import resource
from pathlib import Path

import psutil
import pytest

from sandbox.options import SandboxOptions
from sandbox.orders.ledger import read_ledger
from sandbox.server import serve
from tests.fakes.cli import run, running

NOWHERE = "127.0.0.1:9"


@pytest.mark.slow
@pytest.mark.parametrize("variable", ["HTTP_PROXY", "ALL_PROXY"])
async def test_what_is_on_this_machine_is_reached_without_a_proxy(
    tmp_path: Path, variable: str
) -> None:
    options = SandboxOptions(state_dir=tmp_path / "sandbox", speed=200, short_side=96, fps=8)
    async with serve(options) as root:
        variables = {
            "WHATAI_API_KEY": "sk-any",
            "WHATAI_BASE_URL": f"{root}/v1",
            variable: f"http://{NOWHERE}",
        }
        done = await run(tmp_path, "generate", "a cat", "-o", "cat.mp4", variables=variables)

    assert (done.code, done.err) == (0, "")
    assert len(read_ledger(options.state_dir)) == 1


@pytest.mark.slow
@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("ALL_PROXY", f"socks5://me:secret@{NOWHERE}"),
        ("HTTPS_PROXY", f"gopher://me:secret@{NOWHERE}"),
        ("SSL_CERT_FILE", "/nowhere/ca.pem"),
    ],
)
async def test_what_cannot_be_used_is_one_sentence_that_names_the_variable(
    tmp_path: Path, variable: str, value: str
) -> None:
    done = await run(tmp_path, "generate", "--sandbox", "a cat", variables={variable: value})

    assert done.code == 2
    assert variable in done.err
    assert len(done.err.splitlines()) == 1
    assert "secret" not in done.err


@pytest.mark.chaos
async def test_sixty_four_open_files_are_enough(tmp_path: Path) -> None:
    options = SandboxOptions(state_dir=tmp_path / "sandbox", speed=200, short_side=96, fps=8)
    async with serve(options) as root:
        variables = {
            "WHATAI_API_KEY": "sk-any",
            "WHATAI_BASE_URL": f"{root}/v1",
            "JOBS_PER_USER": "12",
        }
        async with running(tmp_path, "chat", variables=variables) as process:
            psutil.Process(process.pid).rlimit(resource.RLIMIT_NOFILE, (64, 64))
            said = "".join(f"/video a cat {number}\n" for number in range(12))
            async with asyncio.timeout(120):
                out, _ = await process.communicate(said.encode())

    assert process.returncode == 0
    assert out.decode().count("Saved:") == 12
    assert len(read_ledger(options.state_dir)) == 12
