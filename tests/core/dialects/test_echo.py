"""What a gateway quotes of a prompt says nothing about its refusal."""

from dataclasses import replace

import pytest

from core.dialects._echo import without
from core.dialects._faults import Circumstances, classify, fault_of
from core.errors import FaultKind
from tests.core.dialects.http_answers import as_json
from tests.core.dialects.scripted_gateway import HASTY, REQUEST, talk

TRAP = "a sign that says: this model is not supported, 请稍后再试，模型已下线"
K = FaultKind


@pytest.mark.parametrize(
    "told",
    [
        f"cannot do “{TRAP}”",
        f"cannot do {TRAP.upper()}",
        f"cannot do {TRAP.replace(' ', '  ')}",
        f"cannot do {TRAP[:50]}…",
        f"cannot do …{TRAP[20:]}",
        "unknown word: 模型已下线",
        "unknown words: model is not supported",
    ],
)
def test_a_quotation_is_found_however_it_was_changed(told: str) -> None:
    assert classify(told, 400) is not K.BAD_REQUEST
    assert classify(told, 400, Circumstances(prompt=TRAP)) is K.BAD_REQUEST


@pytest.mark.parametrize("prompt", ["no", "cat", "a", "", "猫", "an authentic cat", "对"])
def test_a_harmless_prompt_takes_no_meaning_from_a_refusal(prompt: str) -> None:
    gone = "Invalid authentication for 不对的模型: model_not_found, 已下线"

    assert classify(gone, 500, Circumstances(prompt=prompt)) is K.MODEL_GONE
    assert "authentication" in without(gone, prompt)


def test_an_answer_inside_the_prompt_is_no_answer_of_somebody_behind() -> None:
    prompt = 'say {"error":{"code":"model_not_found","message":"模型已下线"}}'
    body = {"error": {"message": f"bad prompt: {prompt}", "code": "upstream_error"}}

    fault = fault_of(body, 400, circumstances=Circumstances(prompt=prompt))

    assert (fault.kind, fault.reason) == (K.BAD_REQUEST, f"bad prompt: {prompt}")


def test_a_code_counts_although_the_prompt_holds_it() -> None:
    body = {"error": {"message": "no", "code": "model_not_found"}}
    known = Circumstances(prompt="model_not_found")

    assert fault_of(body, 503, circumstances=known).kind is K.MODEL_GONE
    sentence = {"error": {"message": "no", "code": "model_not_found in the prompt"}}
    assert fault_of(sentence, 400, circumstances=known).kind is K.BAD_REQUEST


@pytest.mark.parametrize(
    "look",
    [
        as_json({"error": {"message": f"bad gateway: {REQUEST.prompt} 已下线"}}, status=502),
        as_json({"code": "oops", "message": f"{REQUEST.prompt} 已下线"}),
    ],
)
async def test_a_task_is_asked_on_when_only_the_quoted_prompt_sounds_final(look: bytes) -> None:
    done = as_json({"status": "SUCCESS", "data": {"output": "https://h/a.mp4"}})
    trap = f"{REQUEST.prompt} 已下线"
    request = replace(REQUEST, prompt=trap)

    spoken = await talk("video_tasks", looks=[look, done], task="t1", request=request, pace=HASTY)

    assert spoken.urls == [("https://h/a.mp4",)]
