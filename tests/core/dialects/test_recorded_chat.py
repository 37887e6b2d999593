"""What a real relay answers in words, read as it wrote it.

`recorded_chat.jsonl` holds exchanges with litellm over models that stream, think, break and
refuse: docs/gateways.md, "Answers through a relay".
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import cast

import pytest

from core.errors import FaultKind
from core.talk import Usage
from tests.core.dialects.chat_scripts import ChatHeard, ask
from tests.core.dialects.http_answers import Answer, stream
from tests.fakes.raw_server import reply

K = FaultKind
Recorded = Mapping[str, str | int | list[str]]

ROWS: dict[str, Recorded] = {
    row["case"]: row
    for row in map(
        json.loads,
        Path(__file__).with_name("recorded_chat.jsonl").read_text(encoding="utf-8").splitlines(),
    )
}
THOUGHT = "Let me think. Cats surf."
ANSWERS: dict[str, tuple[str, str, Usage | None]] = {
    "chat": ("A cat surfs on a *big* wave 🌊 and then falls.", "", Usage(10, 20)),
    "chat_stream_usage": ("A cat sur", "", Usage(9, 16)),  # some chunks were left out
    "chat_chat-moderated_plain": ("litellm.ContentPolicyViolationError", "", Usage(10, 20)),
    "vllm_chat_stream": ("A cat surfs well 🌊.", THOUGHT, None),
    # The relay calls a stream that was cut behind it a good one: nobody can tell.
    "vllm_chat_CUT": ("A cat surfs ", THOUGHT, None),
    "ds_responses_stream": ("A cat surfs well 🌊.", THOUGHT, Usage(3, 5)),
    "ds_responses_CUT": ("A cat surfs ", "Let me think. ", Usage(9, 12)),
}
FAILURES: dict[str, tuple[FaultKind, bool, str, int]] = {
    "chat_chat-limited_stream": (K.RATE_LIMITED, False, "", 3),
    "chat_chat-broken_stream": (K.UPSTREAM, True, "", 1),
    "chat_chat-context_stream": (K.BAD_REQUEST, False, "", 1),
    "chat_nope_stream": (K.MODEL_GONE, False, "", 1),
    "chat_rpm_2": (K.RATE_LIMITED, False, "", 3),
    "responses_stream": (K.UPSTREAM, True, "", 1),
    "responses_bad": (K.MODEL_GONE, False, "", 1),
    "vllm_chat_MIDERR": (K.UPSTREAM, True, "A cat surfs ", 1),
    "vllm_chat_REFUSE": (K.MODERATION_PROMPT, False, "", 1),
    "vllm_responses_stream": (K.MISCONFIGURED, False, "", 1),
    "vllm_responses": (K.RATE_LIMITED, False, "", 3),
    "ds_responses_MIDERR": (K.UPSTREAM, True, "A cat surfs ", 1),
}


async def heard_of(case: str) -> ChatHeard:
    row = ROWS[case]
    return await ask(str(row["dialect"]), _answer_of(row))


def _answer_of(row: Recorded) -> Answer:
    chunks = cast("list[str]", row.get("chunks", []))
    if chunks and row["status"] == 200:
        return [stream(b""), *(chunk.encode() for chunk in chunks)]
    body = str(row.get("body", "")) or "".join(chunks)
    headers = {"Content-Type": str(row["type"]), "Retry-After": "0"}
    return reply(body.encode(), status=int(str(row["status"])), headers=headers)


def test_each_recorded_answer_is_read() -> None:
    assert ROWS.keys() == ANSWERS.keys() | FAILURES.keys()


@pytest.mark.parametrize("case", ANSWERS)
async def test_an_answer_is_told_with_its_thoughts_apart(case: str) -> None:
    heard = await heard_of(case)

    assert heard.fault is None
    assert (heard.text, heard.thoughts, heard.usage) == ANSWERS[case]


@pytest.mark.parametrize("case", FAILURES)
async def test_a_failure_is_told_as_what_it_is_and_what_it_may_have_cost(case: str) -> None:
    heard = await heard_of(case)

    assert heard.fault
    found = (heard.fault.kind, heard.fault.maybe_billed, heard.text, len(heard.requests))
    assert found == FAILURES[case]
