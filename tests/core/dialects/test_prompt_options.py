"""sora_video2 at a reseller that knows the bare name only: options are words before the prompt."""

from pathlib import Path

import pytest

from core.dialects import DIALECTS, chat_video
from core.media import MediaRequest
from sandbox.options import SandboxOptions
from sandbox.server import serve
from tests.core.dialects.scripted_gateway import client, endpoint, generation_of
from tests.core.dialects.scripts import MODELS

WORDS = MODELS["whatai/sora_video2-words"]
EACH = pytest.mark.parametrize(
    ("asked", "words", "made"),
    [
        (MediaRequest(prompt="动起来"), "竖屏", ("9:16", 10, False)),
        (MediaRequest(prompt="动起来", ratio="16:9"), "横屏", ("16:9", 10, False)),
        (MediaRequest(prompt="动起来", seconds=15), "竖屏,15s", ("9:16", 15, False)),
        (
            MediaRequest(prompt="动起来", seconds=15, resolution="hd"),
            "竖屏,15s,高清",
            ("9:16", 15, True),
        ),
    ],
)


@EACH
def test_the_words_stand_before_the_prompt_and_the_name_stays_bare(
    asked: MediaRequest, words: str, made: object
) -> None:
    del made
    body = chat_video.payload(WORDS, WORDS.complete(asked), [])

    assert body["model"] == "sora_video2"
    assert body["messages"] == [{"role": "user", "content": f"{words} 动起来"}]


def test_the_words_stand_before_the_text_beside_a_picture() -> None:
    request = WORDS.complete(MediaRequest(prompt="动起来"))

    assert chat_video.payload(WORDS, request, ["https://host/ref.png"])["messages"] == [
        {
            "role": "user",
            "content": [
                {"type": "text", "text": "竖屏 动起来"},
                {"type": "image_url", "image_url": {"url": "https://host/ref.png"}},
            ],
        }
    ]


def test_a_model_that_has_suffixes_says_nothing_twice() -> None:
    suffixes = MODELS["whatai/sora_video2"]
    request = suffixes.complete(MediaRequest(prompt="动起来", seconds=15))

    body = chat_video.payload(suffixes, request, [])

    assert body["model"] == "sora_video2-portrait-15s"
    assert body["messages"] == [{"role": "user", "content": "动起来"}]


@EACH
async def test_the_sandbox_makes_what_the_words_say(
    tmp_path: Path, asked: MediaRequest, words: str, made: tuple[object, ...]
) -> None:
    options = SandboxOptions(state_dir=tmp_path, speed=1000, short_side=96, fps=8)

    async with serve(options) as root, client() as http:
        dialect = DIALECTS["chat_video"](endpoint(root), http)
        assets = await dialect.generate(generation_of(WORDS, WORDS.complete(asked)))
        (order,) = (await http.get(f"{root}/sandbox/ledger")).json()

    assert order["prompt"].startswith(f"{words} ")
    assert (order["ratio"], order["seconds"], order["hd"]) == made
    assert len(assets) == 1
