"""What the environment brings along: proxies, certificates, few open files."""

import asyncio
import resource
import ssl
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import psutil
import pytest

from sandbox.options import SandboxOptions
from sandbox.orders.ledger import read_ledger
from sandbox.server import serve
from tests.fakes.cli import run, running
from tests.fakes.proxy import proxy, pump

pytestmark = pytest.mark.slow

NOWHERE = "127.0.0.1:9"
GATEWAY = "gateway.example:443"


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


async def certificate(folder: Path, host: str) -> Path:
    """Make a certificate that vouches for itself, with its key in the same file."""
    pair = folder / "pair.pem"
    curve = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "1")
    name = ("-subj", f"/CN={host}", "-addext", f"subjectAltName=DNS:{host}")
    try:
        made = await asyncio.create_subprocess_exec(
            *("openssl", "req", "-x509", *curve, *name),
            *("-keyout", str(folder / "key.pem"), "-out", str(pair)),
            stderr=asyncio.subprocess.DEVNULL,
        )
    except FileNotFoundError:
        pytest.skip("openssl makes the certificate")
    assert await made.wait() == 0
    return pair


@asynccontextmanager
async def behind_tls(root: str, pair: Path) -> AsyncGenerator[str]:
    """Serve over TLS what is at `root`; gives host and port."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pair, pair.with_name("key.pem"))
    host, _, port = root.removeprefix("http://").rpartition(":")

    async def pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await pump((reader, writer), await asyncio.open_connection(host, int(port)))

    server = await asyncio.start_server(pass_on, "127.0.0.1", 0, ssl=context)
    async with server:
        yield f"127.0.0.1:{server.sockets[0].getsockname()[1]}"


async def test_a_network_with_nothing_but_a_proxy_is_enough(tmp_path: Path) -> None:
    options = SandboxOptions(state_dir=tmp_path / "sandbox", speed=200, short_side=96, fps=8)
    pair = await certificate(tmp_path, "gateway.example")
    async with (
        serve(options) as root,
        behind_tls(root, pair) as there,
        # The sandbox does not know of the TLS before it, so its links are plain.
        proxy({GATEWAY: there, "gateway.example:80": root.removeprefix("http://")}) as way_out,
    ):
        variables = {
            "WHATAI_API_KEY": "sk-any",
            "WHATAI_BASE_URL": "https://gateway.example/v1",
            "ALL_PROXY": way_out.url,
            "SSL_CERT_FILE": str(pair),
        }
        done = await run(tmp_path, "generate", "a cat", "-o", "cat.mp4", variables=variables)

    assert (done.code, done.err) == (0, "")
    assert (tmp_path / "cat.mp4").read_bytes()[4:8] == b"ftyp"
    kinds = {line.partition("example")[0] for line in way_out.asked}
    assert kinds == {"CONNECT gateway.", "GET http://gateway."}


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


async def test_all_that_keeps_a_bot_from_starting_is_told_at_once(tmp_path: Path) -> None:
    wrong = {"DAILY_CREDITS": "many", "DATABASE_URL": "mysql://host/base"}
    done = await run(tmp_path, "run", variables=wrong)

    assert done.code == 2
    assert [line.split()[1].strip(":") for line in done.err.splitlines()] == [
        "DAILY_CREDITS",
        "DATABASE_URL",
        "Set",
    ]
