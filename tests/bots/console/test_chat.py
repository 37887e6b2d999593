"""`cliprelay chat`: on a terminal, from a pipe, interrupted and gone on with."""

import asyncio
import json
import os
import re
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from core.files.media_info import look
from core.media import MediaKind
from sandbox.options import SandboxOptions
from sandbox.orders.ledger import read_ledger
from sandbox.server import serve
from tests.fakes.cli import run, running, terminal
from tests.fakes.manual_gateway import CREATE, ManualGateway, open_gateway
from tests.fakes.raw_server import reply


@pytest.fixture
async def manual() -> AsyncGenerator[ManualGateway]:
    """A gateway that lets whoever asks it wait, and makes a character at last."""
    async with open_gateway(b"") as gateway:
        gateway.refusal = reply(json.dumps({"id": "char-7", "username": "tom.cat"}).encode())
        yield gateway


@pytest.mark.slow
async def test_without_a_key_the_first_command_makes_a_video_in_place(tmp_path: Path) -> None:
    async with terminal(tmp_path, "chat") as (screen, process):
        await screen.wait_for("SANDBOX")
        screen.type("/video portrait 5s a cat surfing\r")
        await screen.wait_for("rendering")
        await screen.wait_for("sandbox-video · 9:16 · 5 s · a cat surfing")
        screen.type("/video --ration 1:1 x\r")
        await screen.wait_for("Did you mean --ratio?")
        await screen.wait_for("Done in")
        shown = screen.text
        screen.type("\x04")
        code = await process.wait()

    assert code == 0
    assert "% ·" not in shown  # the one line that was edited is gone
    (path,) = re.findall(r"Saved: (.+?\.mp4) ?\(720x1280, 5 s, h264", shown.replace("\n", ""))
    video = look(Path(path))
    assert (video.kind, video.width, video.height) == (MediaKind.VIDEO, 720, 1280)
    assert video.seconds == pytest.approx(5, abs=0.1)


@pytest.mark.slow
async def test_who_leaves_is_told_which_jobs_can_be_picked_up_again(tmp_path: Path) -> None:
    at_once = {"DRAIN_SECONDS": "0"}
    async with terminal(tmp_path, "chat", variables=at_once) as (screen, process):
        screen.type("/video -m sandbox-video a cat #hang\r")
        await screen.wait_for("rendering")
        screen.type("/video -m veo-3.1 a dog #hang\r")
        await screen.wait_for("left · veo-3.1")
        screen.type("\x04")
        code = await process.wait()
        shown = screen.text

    assert code == 0
    assert "1 job is not finished. Start again to get its result." in shown
    assert "1 job (veo-3.1) cannot be picked up again" in shown


async def test_ctrl_c_takes_back_what_is_begun_and_leaves_where_nothing_is(
    tmp_path: Path, gateway: dict[str, str], state: Path
) -> None:
    async with terminal(tmp_path, "chat", variables=gateway) as (screen, process):
        await screen.wait_for("\n>")
        screen.type("/video portrait half a line")
        await screen.wait_for("half a line")
        screen.type("\x03")
        screen.type("/video portrait a cat \\\r")
        await screen.wait_for("a cat \\\n>")
        screen.type("\x03")
        screen.type("/status\r")
        await screen.wait_for("You have no jobs running")
        screen.type("\x03")
        code = await process.wait()

    assert code == 0
    assert read_ledger(state) == []


@pytest.mark.slow
async def test_ctrl_c_ends_the_wait_for_what_cannot_be_picked_up_again(tmp_path: Path) -> None:
    async with terminal(tmp_path, "chat") as (screen, process):
        await screen.wait_for("\n>")
        screen.type("/video -m veo-3.1 a dog #hang\r")
        await screen.wait_for("left · veo-3.1")
        screen.type("\x04")
        await screen.wait_for("Ctrl-C stops at once")
        screen.type("\x03")
        code = await process.wait()
        shown = screen.text

    assert code == 0
    assert "1 job (veo-3.1) cannot be picked up again" in shown


@pytest.mark.slow
async def test_ctrl_c_while_a_gateway_is_paid_leaves_and_waits_for_what_it_says(
    tmp_path: Path, manual: ManualGateway
) -> None:
    variables = {"WHATAI_API_KEY": "sk-x", "WHATAI_BASE_URL": manual.root}
    async with terminal(tmp_path, "chat", variables=variables) as (screen, process):
        await screen.wait_for("\n>")
        screen.type("/settings --model sora-2\r")
        await screen.wait_for("Your defaults: sora-2")
        screen.type("/character --url https://example.com/cat.mp4 tom\r")
        await manual.reached(CREATE)
        screen.type("\x03")
        await screen.wait_for("Ctrl-C stops at once")
        await manual.allow(CREATE)
        code = await process.wait()
        shown = screen.text

    assert code == 0
    assert "@tom" in shown
    assert manual.asked[CREATE] == 1


@pytest.mark.slow
async def test_ctrl_d_does_not_order_what_is_only_begun(
    tmp_path: Path, gateway: dict[str, str], state: Path
) -> None:
    async with terminal(tmp_path, "chat", variables=gateway) as (screen, process):
        await screen.wait_for("\n>")
        screen.type("/video portrait a cat \\\r")
        await screen.wait_for("a cat \\\n>")
        screen.type("\x04")
        code = await process.wait()

    assert code == 0
    assert read_ledger(state) == []


async def test_piped_commands_run_to_their_end(tmp_path: Path, gateway: dict[str, str]) -> None:
    said = "/video landscape a dog\n\n/video portrait a cat\n/models\n"

    done = await run(tmp_path, "chat", said=said, variables=gateway)

    assert done.code == 0, done.out + done.err
    assert len(re.findall(r"Saved: \S+/1\.mp4 \(\d+x\d+, 8 s, h264", done.out)) == 2
    assert "veo-3.1 (apiyi): 9:16, 16:9 · 8 s" in done.out
    assert "SANDBOX" not in done.out
    assert "sk-secret-key" not in done.out + done.err


MISTAKES = [
    ("/video 99s a cat", "No model here makes 99 s; the longest is 8 s (veo-3.1)."),
    (
        "/vidoe a cat",
        "There is no command /vidoe. /help lists all commands.\nDid you mean /video?",
    ),
    ("hello", "Begin with a command or with options, for example: /video portrait a cat surfing."),
    ("/video", "Say what you want, for example: /video"),
    ("/video a\x07b", "Character 2 of the text is a control character (U+0007)"),
    (f"/video {'x' * 100_000}", "The prompt has 100,000 characters; the limit is 32,000"),
    ("/cancel", "There is nothing to cancel."),
    ("/retry 7", "You have no failed job."),
    ("/status now", "I don't understand “now” here."),
    ("/video -n 2 -n 3 a cat", "Two counts were given: 2 and 3. Keep one."),
]


@pytest.mark.slow
async def test_what_cannot_be_done_is_explained_in_order_and_ends_with_1(
    tmp_path: Path, gateway: dict[str, str], state: Path
) -> None:
    said = "\n".join(line for line, _ in MISTAKES)

    done = await run(tmp_path, "chat", said=said, variables=gateway)

    assert done.code == 1
    places = [done.out.find(answer) for _, answer in MISTAKES]
    assert places == sorted(places), done.out
    assert -1 not in places, done.out
    assert "Traceback" not in done.out + done.err
    assert read_ledger(state) == []


@pytest.mark.slow
async def test_a_failed_job_is_explained_and_ends_with_1(
    tmp_path: Path, gateway: dict[str, str]
) -> None:
    said = "/video portrait a cat #fail-moderation\n"

    done = await run(tmp_path, "chat", said=said, variables=gateway)

    assert done.code == 1
    assert "The content filter rejected" in done.out
    assert "The gateway said: “" in done.out


@pytest.mark.slow
async def test_pictures_are_attached_and_bad_ones_refused_before_paying(
    tmp_path: Path, gateway: dict[str, str], state: Path
) -> None:
    (tmp_path / "an empty one.png").touch()
    said = (
        "/attach 'an empty one.png'\n/video a cat\n"
        f"/attach\n/attach {tmp_path}\n/video a cat\n"
        "/attach\n/attach it's.gif\n/video a cat\n"
        "/attach\n/attach ~nobody-here/hat.png\n"
    )

    done = await run(tmp_path, "chat", said=said, variables=gateway)

    assert done.code == 1
    assert "an empty one.png is empty (0 bytes)." in done.out
    assert f"{tmp_path.name} is a folder, not a picture." in done.out
    assert done.out.count("There is no file called it's.gif.") == 2  # at once, and for the order
    assert "There is no file called hat.png." in done.out
    assert read_ledger(state) == []


@pytest.mark.slow
async def test_help_is_made_from_the_options_in_the_operators_language(
    tmp_path: Path, gateway: dict[str, str]
) -> None:
    done = await run(
        tmp_path, "chat", said="/help 视频\n", variables={**gateway, "DEFAULT_LOCALE": "zh"}
    )

    assert done.code == 0
    assert "/video：用文字和图片生成视频" in done.out
    assert "竖屏 | landscape" in done.out
    assert "(--seconds, --dur)" in done.out


@pytest.mark.slow
@pytest.mark.parametrize("said", [b"/status", None])
async def test_input_from_a_file_and_from_nowhere_ends_too(
    tmp_path: Path, gateway: dict[str, str], said: bytes | None
) -> None:
    file = tmp_path / "said.txt"
    file.write_bytes(said or b"")
    source = file if said else Path(os.devnull)
    started = running(tmp_path, "chat", variables=gateway, source=source)
    async with started as process, asyncio.timeout(120):
        out, _ = await process.communicate()

    assert process.returncode == 0
    assert (b"You have no jobs running or waiting." in out) is bool(said)


@pytest.mark.slow
async def test_a_second_process_on_the_same_file_is_refused(
    tmp_path: Path, gateway: dict[str, str]
) -> None:
    async with running(tmp_path, "chat", variables=gateway) as first, asyncio.timeout(120):
        assert first.stdin
        assert first.stdout
        first.stdin.write(b"/status\n")
        while b"You have no jobs running" not in await first.stdout.readline():
            pass
        second = await run(tmp_path, "chat", said="/status\n", variables=gateway)

    assert second.code == 2
    assert "Another cliprelay is using" in second.err
    assert "Traceback" not in second.err


@pytest.mark.slow
async def test_a_killed_chat_goes_on_with_its_job_and_pays_once(tmp_path: Path) -> None:
    # Slow enough that the first look at the task, after 5 s, finds it at work.
    options = SandboxOptions(
        state_dir=tmp_path / "gateway", seconds_per_clip=8, short_side=96, fps=8
    )
    async with serve(options) as root:
        variables = {"WHATAI_API_KEY": "sk-x", "WHATAI_BASE_URL": root}
        async with running(tmp_path, "chat", variables=variables) as first, asyncio.timeout(120):
            assert first.stdin
            assert first.stdout
            first.stdin.write(b"/video -m sora-2 a cat\n")
            while b"rendering" not in await first.stdout.readline():
                pass
            first.kill()
            await first.wait()

        done = await run(tmp_path, "chat", variables=variables)

    assert done.code == 0, done.out + done.err
    assert "Resuming 1 job from last time." in done.out
    assert re.search(r"Saved: \S+\.mp4", done.out)
    assert len(read_ledger(options.state_dir)) == 1


@pytest.mark.slow
async def test_an_answer_grows_on_the_terminal_and_ctrl_c_stops_it(tmp_path: Path) -> None:
    async with terminal(tmp_path, "chat", "--sandbox") as (screen, process):
        await screen.wait_for("\n>")
        screen.type("/ask --think #hang #chars=400 tell me a story\r")
        await screen.wait_for("[Ctrl-C: Stop]")
        await screen.wait_for("2. All work and no play")
        screen.type("\x03")
        await screen.wait_for("Continue: /continue")
        shown = screen.text
        screen.type("\x03")
        code = await process.wait()

    assert code == 0
    assert "Stopped." in shown
    assert shown.count("Let me think. It is about this question.") == 1
    for number in range(3):
        assert shown.count(f"{number}. All work and no play") == 1
    assert "Ctrl-C" not in shown.partition("Stopped.")[2]


async def test_answers_come_through_a_pipe_as_they_are_written(tmp_path: Path) -> None:
    asked = "/ask #markdown a\n/ask #cut b\n"

    done = await run(tmp_path, "chat", "--sandbox", said=asked)

    assert done.out.count("Some **bold**, some *slanted*, some `code`") == 1
    assert "| a | b |\n|---|---|\n| 1 | 2 |\n" in done.out
    assert "The answer ended here." in done.out
    assert re.search(r"^Continue: /continue --of \w+$", done.out, re.MULTILINE)
    assert "\x1b" not in done.out
    assert done.code == 1
