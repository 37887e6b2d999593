"""`cliprelay generate`: one video from a script, or a plain reason why not."""

import asyncio
import json
import os
import re
import sys
from pathlib import Path

import pytest
from PIL import Image

from core.files.media_info import look
from core.media import MediaKind
from sandbox.orders.ledger import read_ledger
from tests.fakes.cli import environment, run, running

pytestmark = pytest.mark.slow


async def test_a_video_is_written_where_it_was_asked_for(
    tmp_path: Path, gateway: dict[str, str], state: Path
) -> None:
    Image.new("RGB", (90, 160), "red").save(tmp_path / "first.png")

    done = await run(
        tmp_path, "generate", "a cat", "-o", "cat.mp4", "--image", "first.png", variables=gateway
    )

    assert (done.code, done.out) == (0, f"{tmp_path}/cat.mp4\n"), done.err
    video = look(tmp_path / "cat.mp4")
    assert (video.kind, video.width, video.height) == (MediaKind.VIDEO, 96, 170)
    (paid,) = read_ledger(state)
    assert (paid.model, paid.images) == ("veo-3.1-fl", 1)


async def test_json_tells_a_program_everything(tmp_path: Path, gateway: dict[str, str]) -> None:
    done = await run(
        tmp_path,
        *("generate", "landscape", "a cat", "--count", "2", "-o", "cat.mp4", "--json"),
        variables=gateway,
    )

    said = json.loads(done.out)
    assert (done.code, said["state"], said["model"]) == (0, "done", "apiyi/veo-3.1")
    assert said["credits"] == 50
    assert [Path(file["path"]).name for file in said["files"]] == ["cat.mp4", "cat-2.mp4"]
    assert {(file["width"], file["height"], file["seconds"]) for file in said["files"]} == {
        (170, 96, 8.0)
    }
    assert said["files"][0]["sha256"] == look(tmp_path / "cat.mp4").sha256


async def test_a_failed_job_ends_with_1_and_its_reason(
    tmp_path: Path, gateway: dict[str, str]
) -> None:
    done = await run(tmp_path, "generate", "portrait a cat #quota", "--json", variables=gateway)

    said = json.loads(done.out)
    assert done.code == 1
    assert (said["state"], said["files"], said["credits"]) == ("failed", [], 0)
    assert said["error"]["kind"] == "quota"
    assert said["error"]["reason"]


@pytest.mark.parametrize(
    ("arguments", "answer"),
    [
        (("--ration 1:1 a cat",), "There is no option --ration."),
        (("a cat", "-o", "no/such/folder/cat.mp4"), "this folder does not exist"),
        (("a cat", "--image", "none.png"), "There is no file called none.png."),
        (("a cat", "--model", "veo-3"), "Did you mean veo-3.1?"),
    ],
)
async def test_what_cannot_be_done_ends_with_2_and_nothing_paid(
    tmp_path: Path,
    gateway: dict[str, str],
    state: Path,
    arguments: tuple[str, ...],
    answer: str,
) -> None:
    done = await run(tmp_path, "generate", *arguments, variables=gateway)

    assert done.code == 2
    assert answer in done.err
    assert "Traceback" not in done.err
    assert read_ledger(state) == []


async def test_a_refusal_is_json_for_a_program(tmp_path: Path, gateway: dict[str, str]) -> None:
    done = await run(tmp_path, "generate", "1:1 a cat", "--json", variables=gateway)

    assert done.code == 2
    assert json.loads(done.out)["error"]["kind"] == "refused"


async def test_in_a_folder_the_file_is_named_after_the_job(
    tmp_path: Path, gateway: dict[str, str]
) -> None:
    (tmp_path / "out").mkdir()

    done = await run(tmp_path, "generate", "portrait a cat", "-o", "out", variables=gateway)

    path = Path(done.out.strip())
    assert path.parent == tmp_path / "out"
    assert look(path).kind is MediaKind.VIDEO


async def test_a_prompt_comes_from_standard_input_and_the_video_goes_to_standard_output(
    tmp_path: Path, gateway: dict[str, str], state: Path
) -> None:
    said = b"portrait a cat\nin the rain\n"
    async with running(tmp_path, "generate", "-", "-o", "-", variables=gateway) as process:
        out, err = await process.communicate(said)

    assert (process.returncode, err) == (0, b"")
    (tmp_path / "out.mp4").write_bytes(out)
    assert look(tmp_path / "out.mp4").kind is MediaKind.VIDEO
    (paid,) = read_ledger(state)
    assert "a cat\nin the rain" in paid.prompt


@pytest.mark.parametrize(
    ("arguments", "answer"),
    [
        (("x2 a cat", "-o", "-"), "-o - takes one video"),
        (("a cat", "-o", "-", "--json"), "which is for --json"),
        (("-",), "Say what to make."),
    ],
)
async def test_what_standard_output_and_input_cannot_do_is_said_before_paying(
    tmp_path: Path,
    gateway: dict[str, str],
    state: Path,
    arguments: tuple[str, ...],
    answer: str,
) -> None:
    done = await run(tmp_path, "generate", *arguments, variables=gateway)

    assert (done.code, done.out) == (2, "")
    assert answer in done.err
    assert read_ledger(state) == []


async def test_where_nobody_reads_the_video_any_more_it_is_said_where_it_is(
    tmp_path: Path, gateway: dict[str, str]
) -> None:
    unread, full = os.pipe()
    os.close(unread)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bots", "generate", "portrait a cat", "-o", "-"),
        cwd=tmp_path,
        env=environment(gateway),
        stdout=full,
        stderr=asyncio.subprocess.PIPE,
    )
    os.close(full)
    _, said = await process.communicate()
    err = said.decode()

    assert process.returncode == 2
    path = Path(err.strip().rpartition(" the video is ")[2])
    assert look(path).kind is MediaKind.VIDEO
    assert "Traceback" not in err


@pytest.mark.parametrize("command", ["generate", "chat"])
async def test_beside_a_running_bot_it_says_how_to_and_that_works(
    tmp_path: Path, gateway: dict[str, str], command: str
) -> None:
    arguments = ("generate", "portrait", "a", "cat") if command == "generate" else ("chat",)
    async with running(tmp_path, "chat", variables=gateway) as bot, asyncio.timeout(120):
        assert bot.stdin
        assert bot.stdout
        bot.stdin.write(b"/status\n")
        await bot.stdout.readline()
        await bot.stdout.readline()
        refused = await run(tmp_path, *arguments, variables=gateway)
        advice = re.search(r"DATABASE_URL=(\S+) MEDIA_DIR=(\S+) cliprelay (\w+)", refused.err)
        assert advice
        beside = {**gateway, "DATABASE_URL": advice[1], "MEDIA_DIR": advice[2]}
        done = await run(tmp_path, *arguments, variables=beside, said="/status\n")

    assert (refused.code, advice[3]) == (2, command)
    assert len(refused.err.splitlines()) == 1
    assert done.code == 0, done.err
