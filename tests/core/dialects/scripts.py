"""By which answers each dialect is told the same as all others. A new one adds its own here."""

from dataclasses import dataclass

import pytest

from core.catalog import Model, load
from core.dialects import DIALECTS, MediaDialect
from tests.core.dialects.http_answers import KEY, STOP, as_json, stream, told

A = "https://h/a.mp4"
PICTURE = "https://h/a.png"
MODELS = {model.key: model for model in load((), tuple(DIALECTS)).models}


@dataclass(frozen=True, slots=True, kw_only=True)
class DialectAnswers:
    """The answers by which a dialect is told the same as all others.

    Attributes:
        model: one that the dialect is made for.
        created: the answer to a creation that leads to A, after a look at `finished` if it needs.
        begun: the first bytes of an answer that says that the request was taken.
        task: what an earlier process has kept; "" where nothing could be taken up again.
        at_once: whether the result comes in the answer to the creation itself.
        hook: the field of a creation that says where we can be called; "" where none does.
    """

    dialect: type[MediaDialect]
    model: Model
    created: bytes
    finished: bytes = b""
    running: bytes = b""
    failed: bytes = b""
    begun: bytes
    task: str = ""
    at_once: bool = False
    hook: str = ""
    url: str = A
    fractions: tuple[float, ...] = (0.4,)


def preset(key: str) -> Model:
    """A model of our own catalog, or a failure that says that there is none."""
    if key not in MODELS:
        pytest.fail(f"there is no model {key} in core/catalog/*.toml", pytrace=False)
    return MODELS[key]


SCRIPTS = {
    "chat_image": DialectAnswers(
        dialect=DIALECTS["chat_image"],
        model=preset("whatai/gpt-4o-image"),
        created=stream(told(f"> 进度 **40%**\n![file_1]({PICTURE})\n") + STOP),
        finished=as_json({"status": "completed", "url": PICTURE}),
        running=as_json({"status": "video_generating", "running": True}),
        failed=as_json({"status": "failed", "error_message": f"上游 {KEY} 坏了"}),
        begun=stream(told("> 进度 **40%**\n")),
        task="/source/t1",
        at_once=True,
        url=PICTURE,
    ),
    "gemini": DialectAnswers(
        dialect=DIALECTS["gemini"],
        model=preset("whatai/gemini-2.5-flash-image"),
        created=as_json({"candidates": [{"content": {"parts": [{"fileData": {"fileUri": A}}]}}]}),
        begun=stream('{"candidates":['),
        at_once=True,
        fractions=(),
    ),
    "images": DialectAnswers(
        dialect=DIALECTS["images"],
        model=preset("whatai/nano-banana"),
        created=as_json({"created": 1, "data": [{"url": A}]}),
        begun=stream('{"created":1,"data":['),
        at_once=True,
        fractions=(),
    ),
    "chat_video": DialectAnswers(
        dialect=DIALECTS["chat_video"],
        model=preset("apiyi/veo-3.1"),
        created=stream(told(f"> 🏃 进度：40%\n[点击这里]({A})\n") + STOP),
        finished=as_json({"status": "completed", "video_url": A}),
        running=as_json({"status": "video_generating", "running": True}),
        failed=as_json({"status": "failed", "error_message": f"上游 {KEY} 坏了"}),
        begun=stream(told("> 🏃 进度：40%\n")),
        task="/source/t1",
        at_once=True,
    ),
    "seedance": DialectAnswers(
        dialect=DIALECTS["seedance"],
        model=preset("whatai/seedance-2.0"),
        created=as_json({"id": "cgt-20250629201507-n6k56"}),
        finished=as_json({"status": "succeeded", "content": {"video_url": A}}),
        running=as_json({"status": "running", "progress": "40%"}),
        failed=as_json({"status": "failed", "error": {"message": f"上游 {KEY} 坏了"}}),
        begun=as_json({"id": "cgt-20250629201507-n6k56"}),
        task="cgt-20250629201507-n6k56",
        hook="callback_url",
    ),
    "openai_videos": DialectAnswers(
        dialect=DIALECTS["openai_videos"],
        model=preset("whatai/sora-2-pro-videos"),
        created=as_json({"id": "video_1", "object": "video", "status": "queued", "error": None}),
        finished=as_json({"id": "video_1", "status": "completed", "video_url": A}),
        running=as_json({"id": "video_1", "status": "in_progress", "progress": 40}),
        failed=as_json({"status": "failed", "error": {"message": f"上游 {KEY} 坏了"}}),
        begun=as_json({"id": "video_1", "status": "queued"}),
        task="video_1",
    ),
    "video_tasks": DialectAnswers(
        dialect=DIALECTS["video_tasks"],
        model=preset("whatai/sora-2-pro"),
        created=as_json({"task_id": "t1"}),
        finished=as_json({"status": "SUCCESS", "data": {"output": A}}),
        running=as_json({"status": "IN_PROGRESS", "progress": "40%"}),
        failed=as_json({"status": "FAILURE", "fail_reason": f"上游 {KEY} 坏了"}),
        begun=as_json({"task_id": "t1"}),
        task="t1",
        hook="notify_hook",
    ),
}

NAMES = tuple(dict.fromkeys((*DIALECTS, *SCRIPTS)))
"""All dialects that there are, those that have no answers yet included."""


def script_of(name: str) -> DialectAnswers:
    """The answers for a dialect, or a failure that says where they are missing."""
    if name not in SCRIPTS:
        pytest.fail(
            f"the dialect {name} has no answers in tests/core/dialects/scripts.py", pytrace=False
        )
    return SCRIPTS[name]
