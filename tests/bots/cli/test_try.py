"""`cliprelay try`: one real job, its transcript, and the transcript played again."""

import json
from pathlib import Path

from core.files.media_info import look
from sandbox.orders.ledger import read_ledger
from sandbox.replay import replay
from sandbox.server import serve_app
from tests.fakes.cli import run

KEY = "sk-secret-key"


def transcript_in(folder: Path) -> Path:
    """The only one there."""
    (transcript,) = folder.glob("try-*.jsonl")
    return transcript


async def test_nothing_is_ordered_without_a_yes(
    tmp_path: Path, gateway: dict[str, str], state: Path
) -> None:
    done = await run(tmp_path, "try", "veo-3.1", said="n\n", variables=gateway)

    assert done.code == 1
    assert "apiyi/veo-3.1 · 9:16 · 8 s · fast" in done.out
    assert "about 15 credits" in done.out
    assert "Nothing was ordered." in done.out
    assert read_ledger(state) == []


async def test_a_model_that_is_not_there_costs_nothing(
    tmp_path: Path, gateway: dict[str, str]
) -> None:
    done = await run(tmp_path, "try", "veo-9", "--yes", variables=gateway)

    assert done.code == 2
    assert "veo-9" in done.err


async def test_the_cheapest_job_is_ordered_once_and_its_transcript_plays_again(
    tmp_path: Path, gateway: dict[str, str], state: Path
) -> None:
    first = await run(tmp_path, "try", "veo-3.1", "--yes", variables=gateway)

    assert first.code == 0, first.out + first.err
    (paid,) = read_ledger(state)
    assert paid.model == "veo-3.1-fast"
    transcript = transcript_in(tmp_path)
    assert transcript.name.startswith("try-apiyi-veo-3.1-")
    text = transcript.read_text(encoding="utf-8")
    assert KEY not in text + first.out + first.err
    head, *exchanges, outcome = map(json.loads, text.splitlines())
    assert (head["model"], head["asked"]["fast"]) == ("apiyi/veo-3.1", True)
    assert exchanges[0]["request"]["url"] == "ORIGIN/v1/chat/completions"
    assert exchanges[0]["response"]["status"] == 200
    assert outcome["outcome"]["state"] == "done"

    (again := tmp_path / "again").mkdir()
    async with serve_app(replay(transcript)) as root:
        played = {**gateway, "APIYI_BASE_URL": f"{root}/v1"}
        second = await run(
            again, "generate", "fast portrait a cat", "-o", "cat.mp4", variables=played
        )

    assert second.code == 0, second.out + second.err
    video = look(again / "cat.mp4")
    assert (video.width, video.height, video.seconds) == (640, 360, 2.0)
    assert len(read_ledger(state)) == 1


async def test_a_failure_is_in_the_transcript_with_what_people_are_told(
    tmp_path: Path, gateway: dict[str, str]
) -> None:
    done = await run(tmp_path, "try", "veo-3.1", "a cat #quota", "--yes", variables=gateway)

    assert done.code == 1
    outcome = json.loads(transcript_in(tmp_path).read_text(encoding="utf-8").splitlines()[-1])[
        "outcome"
    ]
    assert (outcome["state"], outcome["fault"]["kind"]) == ("failed", "quota")
    assert not outcome["fault"]["maybe_billed"]
    assert "was not billed" in done.out


async def test_what_is_no_transcript_is_said_in_a_line(tmp_path: Path) -> None:
    (tmp_path / "x.jsonl").write_text("hello\n")

    done = await run(tmp_path, "sandbox", "--port", "0", "--replay", "x.jsonl")

    assert done.code == 2
    assert done.err.startswith("cliprelay: x.jsonl: is no transcript")
