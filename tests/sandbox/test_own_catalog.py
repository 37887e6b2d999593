"""The program with an operator's catalog and no key: its sandbox plays that, or says why not."""

import asyncio
import json
import sys
from asyncio.subprocess import PIPE
from pathlib import Path

import httpx
import pytest

from core.files.media_info import look
from sandbox.options import SandboxOptions
from sandbox.orders.ledger import read_ledger
from sandbox.server import serve
from tests.fakes.cli import Finished, environment, run

pytestmark = pytest.mark.slow

OPERATOR = Path(__file__).with_name("operator.toml")
VARIABLES = {"CATALOG_FILES": str(OPERATOR)}
KEY = {"Authorization": "Bearer sk-any"}
SENTENCE = "The sandbox cannot play the protocol `mine` of this model; set a real key to use it."
MINE = """
[[gateway]]
name = "mygate"
env = "MYGATE"
base_url = "https://api.mygate.example"

[[model]]
gateway = "mygate"
name = "my-own"
wire = "own-1"
dialect = "mine"
ratios = ["16:9", "9:16"]
credits = 1
variants = [{ ratio = "9:16", suffix = "-tall" }]
"""
# A protocol that an operator has added in code. What it says on the wire is its own affair.
PROGRAM = """
from core.dialects import DIALECTS
from core.dialects.video_tasks import VideoTasks

class Mine(VideoTasks):
    pass

DIALECTS["mine"] = Mine
from bots.cli.main import main
main()
"""


async def test_generate_makes_a_video_with_an_operators_model(tmp_path: Path) -> None:
    wanted = ("generate", "2:1 4s a cat", "--model", "my-words", "-o", "cat.mp4", "--json")

    done = await run(tmp_path, *wanted, variables=VARIABLES)

    assert (done.code, json.loads(done.out)["state"]) == (0, "done"), done.out + done.err
    video = look(tmp_path / "cat.mp4")
    (order,) = read_ledger(tmp_path / "data" / "sandbox")
    assert (order.model, order.prompt) == ("acme-words", "wide,long a cat")
    assert (video.width, video.height, video.seconds) == (1440, 720, 4.0)


async def test_the_chat_makes_a_picture_with_an_operators_model(tmp_path: Path) -> None:
    said = "/image --model my-gemini 4:1 2k a cat\n"

    done = await run(tmp_path, "chat", said=said, variables=VARIABLES)

    (order,) = read_ledger(tmp_path / "data" / "sandbox")
    assert done.code == 0, done.out + done.err
    assert (order.model, order.ratio, order.scale) == ("my-gemini", "4:1", 2)
    assert "Saved: " in done.out


async def _with_own_protocol(folder: Path, *arguments: str, said: str = "") -> Finished:
    (folder / "mine.toml").write_text(MINE, encoding="utf-8")
    (folder / "program.py").write_text(PROGRAM, encoding="utf-8")
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "program.py", *arguments),
        cwd=folder,
        env=environment({"CATALOG_FILES": "mine.toml"}),
        stdin=PIPE,
        stdout=PIPE,
        stderr=PIPE,
    )
    try:
        async with asyncio.timeout(60):
            out, err = await process.communicate(said.encode())
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return Finished(code=process.returncode or 0, out=out.decode(), err=err.decode())


async def test_a_protocol_of_an_operators_own_is_refused_in_a_true_sentence(
    tmp_path: Path,
) -> None:
    done = await _with_own_protocol(tmp_path, "generate", "9:16 a cat", "-m", "my-own", "--json")

    said = json.loads(done.out)
    # A model is set aside only as "model_gone".
    assert (done.code, said["error"]["kind"]) == (1, "bad_request")
    assert said["error"]["reason"] == SENTENCE
    assert read_ledger(tmp_path / "data" / "sandbox") == []


async def test_who_chats_reads_the_sentence_too(tmp_path: Path) -> None:
    done = await _with_own_protocol(tmp_path, "chat", said="/video --model my-own a cat\n")

    assert done.code == 1
    assert SENTENCE in done.out


@pytest.mark.parametrize(
    ("path", "body", "is_named"),
    [
        ("/acme/jobs", {"model": "own-1-tall"}, True),
        ("/v9/own-1/run", {}, True),
        ("/v1/chat/completions", {"model": "own-1", "messages": []}, True),
        ("/v9/run", {"model": "own-2"}, False),
    ],
)
async def test_whatever_address_a_protocol_has_the_sentence_comes(
    tmp_path: Path, path: str, body: dict[str, object], *, is_named: bool
) -> None:
    table = {
        "gateway": "mygate",
        "name": "my-own",
        "wire": "own-1",
        "dialect": "mine",
        "ratios": ["16:9", "9:16"],
        "variants": [{"ratio": "9:16", "suffix": "-tall"}],
    }
    async with (
        serve(SandboxOptions(state_dir=tmp_path, models=[table])) as root,
        httpx.AsyncClient(base_url=root, headers=KEY, trust_env=False) as http,
    ):
        reply = await http.post(path, json=body)

    assert (SENTENCE in reply.text) == is_named
    assert (reply.status_code == 400) == is_named
