"""By which answers each dialect is told the same as all others. A new one adds its own here."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

import pytest

from core.catalog import Model, load
from core.dialects import DIALECTS, MediaDialect
from tests.core.dialects.http_answers import KEY, STOP, as_json, stream, told
from tests.examples import lantern, lantern_gateway

ROOT = Path(__file__).parents[3]
A = "https://h/a.mp4"
PICTURE = "https://h/a.png"
PROMPT_ID = "a5fe4d4e-7ad3-4f71-9e33-25d5f4486ad2"
FILES = {"images": [{"filename": "clip_00001_.mp4", "subfolder": "video", "type": "output"}]}
# The example keeps to the contract, too: it is what newcomers copy.
KNOWN: Mapping[str, type[MediaDialect]] = {**DIALECTS, lantern.NAME: lantern.Lantern}
WORKFLOWS = ROOT / "docs" / "examples" / "comfyui"
MODELS = {model.key: model for model in load((), tuple(DIALECTS)).models}
_ALL_MODELS = {
    model.key: model
    for model in load((lantern_gateway.CATALOG,), tuple(KNOWN), workflows=WORKFLOWS).models
}


@dataclass(frozen=True, slots=True, kw_only=True)
class DialectAnswers:
    """The answers by which a dialect is told the same as all others.

    Attributes:
        model_key: a model that the dialect is made for.
        created: the answer to a creation that leads to A, after a look at `finished` if it needs.
        begun: the first bytes of an answer that says that the request was taken.
        task: what an earlier process has kept; "" where nothing could be taken up again.
        at_once: whether the result comes in the answer to the creation itself.
        hook: the field of a creation that says where we can be called; "" where none does; with a
            "?" before it, if it is in the query.
        named: whether a creation has a name of ours: by it it is asked for if its answer is lost.
        result: what the same look then gets at another address, where there is one.
    """

    model_key: str
    created: bytes
    finished: bytes = b""
    running: bytes = b""
    failed: bytes = b""
    begun: bytes
    task: str = ""
    at_once: bool = False
    hook: str = ""
    named: bool = False
    result: bytes = b""
    url: str = A
    fractions: tuple[float, ...] = (0.4,)

    @property
    def model(self) -> Model:
        """That model, or a failure that says that there is none."""
        if self.model_key not in _ALL_MODELS:
            _fail(f"{__file__} names {self.model_key}, which is no model in core/catalog/*.toml")
        return _ALL_MODELS[self.model_key]

    @property
    def end(self) -> tuple[bytes, ...]:
        """All answers of the last look."""
        return tuple(filter(None, (self.finished, self.result)))

    @property
    def missing(self) -> list[str]:
        """The answers that are still to be written; who has no task is not looked at."""
        looks = ("finished", "running", "failed") if self.task else ()
        return [name for name in ("created", "begun", *looks) if not getattr(self, name)]


SCRIPTS = {
    "chat_image": DialectAnswers(
        model_key="whatai/gpt-4o-image",
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
        model_key="whatai/gemini-2.5-flash-image",
        created=as_json({"candidates": [{"content": {"parts": [{"fileData": {"fileUri": A}}]}}]}),
        begun=stream('{"candidates":['),
        at_once=True,
        fractions=(),
    ),
    "images": DialectAnswers(
        model_key="whatai/nano-banana",
        created=as_json({"created": 1, "data": [{"url": A}]}),
        begun=stream('{"created":1,"data":['),
        at_once=True,
        fractions=(),
    ),
    "openrouter_images": DialectAnswers(
        model_key="openrouter/gemini-3.1-flash-image",
        created=as_json({"choices": [{"message": {"images": [{"image_url": {"url": A}}]}}]}),
        begun=stream('{"choices":['),
        at_once=True,
        fractions=(),
    ),
    "chat_video": DialectAnswers(
        model_key="apiyi/veo-3.1",
        created=stream(told(f"> 🏃 进度：40%\n[点击这里]({A})\n") + STOP),
        finished=as_json({"status": "completed", "video_url": A}),
        running=as_json({"status": "video_generating", "running": True}),
        failed=as_json({"status": "failed", "error_message": f"上游 {KEY} 坏了"}),
        begun=stream(told("> 🏃 进度：40%\n")),
        task="/source/t1",
        at_once=True,
    ),
    "seedance": DialectAnswers(
        model_key="whatai/seedance-2.0",
        created=as_json({"id": "cgt-20250629201507-n6k56"}),
        finished=as_json({"status": "succeeded", "content": {"video_url": A}}),
        running=as_json({"status": "running", "progress": "40%"}),
        failed=as_json({"status": "failed", "error": {"message": f"上游 {KEY} 坏了"}}),
        begun=as_json({"id": "cgt-20250629201507-n6k56"}),
        task="cgt-20250629201507-n6k56",
        hook="callback_url",
    ),
    "openrouter": DialectAnswers(
        model_key="openrouter/wan-3.0",
        created=as_json({"id": "or-1", "polling_url": "/api/v1/videos/or-1", "status": "pending"}),
        finished=as_json({"id": "or-1", "status": "completed", "unsigned_urls": [A]}),
        running=as_json({"id": "or-1", "status": "in_progress", "progress": 40}),
        failed=as_json({"id": "or-1", "status": "failed", "error": f"上游 {KEY} 坏了"}),
        begun=as_json({"id": "or-1", "status": "pending"}),
        task="or-1",
        hook="callback_url",
        url="ORIGIN/v1/videos/or-1/content?index=0",
    ),
    "dashscope": DialectAnswers(
        model_key="dashscope/wan-3.0",
        created=as_json({"output": {"task_id": "d-1", "task_status": "PENDING"}}),
        finished=as_json({"output": {"task_status": "SUCCEEDED", "video_url": A}}),
        running=as_json({"output": {"task_status": "RUNNING"}}),
        failed=as_json({"output": {"task_status": "FAILED", "message": f"上游 {KEY} 坏了"}}),
        begun=as_json({"output": {"task_id": "d-1"}}),
        task="d-1",
        fractions=(),
    ),
    "gemini_omni": DialectAnswers(
        model_key="gemini/gemini-omni-1.2-flash",
        created=as_json({"id": "v1_1", "status": "in_progress"}),
        finished=as_json(
            {
                "status": "completed",
                "steps": [
                    {"type": "thought"},
                    {"type": "model_output", "content": [{"type": "video", "uri": A}]},
                ],
            }
        ),
        running=as_json({"id": "v1_1", "status": "in_progress"}),
        failed=as_json({"status": "failed", "error": {"message": f"上游 {KEY} 坏了"}}),
        begun=as_json({"id": "v1_1", "status": "in_progress"}),
        task="v1_1",
        url=f"{A}?alt=media",
        fractions=(),
    ),
    "minimax_videos": DialectAnswers(
        model_key="minimax/minimax-h3",
        created=as_json({"task_id": "m-1"}),
        finished=as_json({"task": {"status": "succeeded", "content": {"url": A}}}),
        running=as_json({"task": {"status": "running"}}),
        failed=as_json({"task": {"status": "failed", "error": {"message": f"上游 {KEY} 坏了"}}}),
        begun=as_json({"task_id": "m-1"}),
        task="m-1",
        fractions=(),
    ),
    "newapi_videos": DialectAnswers(
        model_key="newapi/seedance-2.0",
        created=as_json({"id": "task_1", "task_id": "task_1", "status": "queued"}),
        finished=as_json({"code": "success", "data": {"status": "SUCCESS", "result_url": A}}),
        running=as_json({"code": "success", "data": {"status": "IN_PROGRESS", "progress": "40%"}}),
        failed=as_json({"data": {"status": "FAILURE", "fail_reason": f"上游 {KEY} 坏了"}}),
        begun=as_json({"task_id": "task_1", "status": "queued"}),
        task="task_1",
    ),
    "fal": DialectAnswers(
        model_key="fal/seedance-2.0",
        # Without a length: ORIGIN has another one than what it stands for.
        created=stream(
            '{"request_id": "f-1", "status": "IN_QUEUE",'
            ' "response_url": "ORIGIN/bytedance/seedance-2.0/requests/f-1",'
            ' "status_url": "ORIGIN/bytedance/seedance-2.0/requests/f-1/status"}'
        ),
        finished=as_json({"status": "COMPLETED", "logs": None, "metrics": {}}),
        result=as_json({"video": {"url": A, "content_type": "video/mp4"}, "seed": 1}),
        running=as_json(
            {"status": "IN_PROGRESS", "logs": [{"message": " 40%|####      | 12/30"}]}, status=202
        ),
        failed=as_json({"status": "COMPLETED", "error": f"上游 {KEY} 坏了", "error_type": "x"}),
        begun=as_json({"request_id": "f-1", "status": "IN_QUEUE"}),
        task="bytedance/seedance-2.0/requests/f-1",
        hook="?fal_webhook",
    ),
    "replicate": DialectAnswers(
        model_key="replicate/seedance-2.0",
        created=as_json({"id": "r-1", "status": "starting", "output": None}, status=201),
        finished=as_json({"id": "r-1", "status": "succeeded", "output": A, "logs": "100%|###|"}),
        running=as_json({"id": "r-1", "status": "processing", "logs": " 9%|# |\n 40%|####  |"}),
        failed=as_json({"id": "r-1", "status": "failed", "error": f"上游 {KEY} 坏了"}),
        begun=as_json({"id": "r-1", "status": "starting"}),
        task="r-1",
        hook="webhook",
    ),
    "xai_videos": DialectAnswers(
        model_key="xai/grok-imagine-video-1.5",
        created=as_json({"request_id": "x-1"}),
        finished=as_json({"status": "done", "video": {"url": A, "respect_moderation": True}}),
        running=as_json({"status": "pending", "progress": 40}, status=202),
        failed=as_json({"status": "failed", "error": {"message": f"上游 {KEY} 坏了"}}),
        begun=as_json({"request_id": "x-1"}),
        task="x-1",
    ),
    "comfyui": DialectAnswers(
        model_key="comfyui/wan22-5b",
        created=as_json({"prompt_id": PROMPT_ID, "number": 0, "node_errors": {}}),
        finished=as_json({"id": PROMPT_ID, "status": "completed", "outputs": {"11": FILES}}),
        running=as_json({"id": PROMPT_ID, "status": "in_progress", "outputs_count": 0}),
        failed=as_json(
            {"status": "failed", "execution_error": {"exception_message": f"上游 {KEY} 坏了"}}
        ),
        begun=as_json({"prompt_id": PROMPT_ID, "number": 0, "node_errors": {}}),
        task=PROMPT_ID,
        named=True,
        url="ORIGIN/view?filename=clip_00001_.mp4&subfolder=video&type=output",
        fractions=(),
    ),
    "openai_videos": DialectAnswers(
        model_key="whatai/sora-2-pro-videos",
        created=as_json({"id": "video_1", "object": "video", "status": "queued", "error": None}),
        finished=as_json({"id": "video_1", "status": "completed", "video_url": A}),
        running=as_json({"id": "video_1", "status": "in_progress", "progress": 40}),
        failed=as_json({"status": "failed", "error": {"message": f"上游 {KEY} 坏了"}}),
        begun=as_json({"id": "video_1", "status": "queued"}),
        task="video_1",
    ),
    "video_tasks": DialectAnswers(
        model_key="whatai/sora-2-pro",
        created=as_json({"task_id": "t1"}),
        finished=as_json({"status": "SUCCESS", "data": {"output": A}}),
        running=as_json({"status": "IN_PROGRESS", "progress": "40%"}),
        failed=as_json({"status": "FAILURE", "fail_reason": f"上游 {KEY} 坏了"}),
        begun=as_json({"task_id": "t1"}),
        task="t1",
        hook="notify_hook",
    ),
    lantern.NAME: DialectAnswers(
        model_key="lantern/slides",
        created=as_json({"slide": {"number": "s/1"}}),
        finished=as_json({"phase": "shown", "film": A}),
        running=as_json({"phase": "drawing", "part": 0.4}),
        failed=as_json({"phase": "burnt", "why": f"上游 {KEY} 坏了"}),
        begun=as_json({"slide": {"number": "s/1"}}),
        task="s/1",
    ),
}

NAMES = tuple(dict.fromkeys((*KNOWN, *SCRIPTS)))
"""All dialects that there are, those that have no answers yet included."""


def script_of(name: str) -> DialectAnswers:
    """The answers for a dialect, or a failure that says where they are missing."""
    if name not in SCRIPTS:
        _fail(f"the dialect {name} has no answers: add an entry to SCRIPTS in {__file__}")
    return SCRIPTS[name]


def dialect_of(name: str) -> type[MediaDialect]:
    """The dialect of that name, or a failure that says where it is missing."""
    if name not in KNOWN:
        _fail(f"{name} has answers in {__file__}, but no line in DIALECTS")
    return KNOWN[name]


def _fail(sentence: str) -> NoReturn:
    pytest.fail(sentence.replace(f"{ROOT}/", ""), pytrace=False)
