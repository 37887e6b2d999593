"""The refusals of gateways, word for word, and what each has to be taken for."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from pydantic import BaseModel, Field, JsonValue

from core.dialects._billing import leaves_open
from core.dialects._codes import codes_of
from core.dialects._faults import Circumstances, fault_of, inside, is_refusal
from core.dialects._json import document
from core.dialects._poll import end_of
from core.dialects._tasks import Status, failed, read_task
from core.errors import FaultKind

K = FaultKind
EARLY = Circumstances(prompt="a cat surfing")
LATE = replace(EARLY, seconds=90.0)

FOLDER = Path(__file__).parent


class Row(BaseModel):
    """What a gateway has answered, and what that is.

    Attributes:
        seconds: how long after its creation a task said so.
    """

    gateway: str = Field(alias="from")
    status: int = 0
    seconds: float = 0.0
    body: JsonValue
    kind: FaultKind

    @property
    def sent(self) -> str:
        """The body as it comes; some refuse without any."""
        return "" if self.body is None else json.dumps(self.body)


def rows(file: str) -> list[Row]:
    lines = (FOLDER / file).read_text(encoding="utf-8").splitlines()
    return [Row.model_validate_json(line) for line in lines]


def named(row: Row) -> str:
    return f"{row.gateway}-{row.status or 'end'}-{row.kind}"


@pytest.mark.parametrize("row", rows("live_refusals.jsonl"), ids=named)
def test_a_refusal_is_taken_for_what_it_is(row: Row) -> None:
    assert fault_of(row.sent, row.status, circumstances=EARLY).kind is row.kind


@pytest.mark.parametrize("row", rows("live_ends.jsonl"), ids=named)
def test_the_end_of_a_task_is_taken_for_what_it_is(row: Row) -> None:
    fault = end_of(failed(document(row.sent)), replace(EARLY, seconds=row.seconds))

    assert fault
    assert fault.kind is row.kind


def test_a_task_that_says_why_only_in_a_code_is_understood_by_the_common_reader() -> None:
    body = {"status": "FAILED", "failureCode": "SAFETY.INPUT.TEXT"}

    fault = end_of(read_task(body), LATE)

    assert fault
    assert fault.kind is K.MODERATION_PROMPT


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ('[{"error":{"message":"API key not valid."}}]', "API key not valid."),
        (
            '{"error":{"message":"bad"},"node_errors":{"4":{"errors":[{"message":"m","details":"d"}]}}}',
            "bad; m: d",
        ),
        (
            '{"error":{"message":"Provider error","metadata":{"raw":"the maker is down"}}}',
            "Provider error; the maker is down",
        ),
        ('{"base_resp":{"status_code":1,"status_msg":"invalid"}}', "invalid"),
        ('{"output":{"code":"X","message":"inner words"}}', "inner words"),
        ('{"failure":"the model gave up","failureCode":"INTERNAL"}', "the model gave up"),
    ],
)
def test_the_sentence_is_found_wherever_it_stands(body: str, said: str) -> None:
    assert fault_of(body, 400).reason == said


@pytest.mark.parametrize(
    ("header", "kind"),
    [
        ({"x-fal-error-type": "runner_disconnected"}, K.OVERLOADED),
        ({"x-comfy-error-type": "insufficient_credits"}, K.QUOTA),
        ({"x-comfy-error-type": "model_not_found"}, K.MODEL_GONE),
        ({"x-comfy-error-type": "content_policy_violation"}, K.MODERATION_PROMPT),
        ({"x-comfy-error-type": "no code but a sentence"}, K.BAD_REQUEST),
    ],
)
def test_a_code_in_a_header_counts(header: dict[str, str], kind: FaultKind) -> None:
    assert fault_of("{}", 400, headers=header).kind is kind


QUOTED = [
    "(1026)",
    "(E005)",
    "SAFETY",
    "application x not found",
    "no credits",
    "Your input was flagged",
]


@pytest.mark.parametrize("prompt", QUOTED)
def test_a_prompt_that_is_quoted_says_nothing(prompt: str) -> None:
    body = {"detail": f"cannot read {prompt}"}

    kind = fault_of(json.dumps(body), 400, circumstances=Circumstances(prompt=prompt)).kind

    assert kind is K.BAD_REQUEST


def test_a_number_counts_only_in_the_shape_that_it_belongs_to() -> None:
    minimax = {"base_resp": {"status_code": 1002, "status_msg": "x"}}
    kling = {"code": 1002, "message": "x", "request_id": "r"}
    nobodys = {"code": 1002, "message": "x"}

    kinds = [fault_of(json.dumps(body), 400).kind for body in (minimax, kling, nobodys)]

    assert kinds == [K.RATE_LIMITED, K.AUTH, K.BAD_REQUEST]


def test_the_codes_that_choose_a_sentence_decide_about_no_money() -> None:
    told = {"detail": [{"type": "rate_limit_exceeded"}], "error_type": "access_denied"}
    said = {"output": {"code": "invalid_request"}, "failureCode": "model_not_found"}

    assert codes_of(told | said) == frozenset()
    assert leaves_open(503, codes_of(told | said))


@pytest.mark.parametrize(
    ("body", "is_refused", "is_free"),
    [
        ('{"base_resp":{"status_code":1008,"status_msg":"x"},"task_id":""}', True, True),
        ('{"base_resp":{"status_code":1000,"status_msg":"x"},"task_id":""}', True, False),
        ('{"base_resp":{"status_code":0,"status_msg":"success"},"task_id":"1"}', False, False),
        ('[{"error":{"code":400,"message":"x"}}]', True, True),
        ('[{"error":{"code":500,"message":"x"}}]', True, False),
    ],
)
def test_a_refusal_under_a_good_status_is_free_only_where_its_code_says_so(
    body: str,
    is_refused: bool,  # noqa: FBT001 - a column of the table
    is_free: bool,  # noqa: FBT001 - a column of the table
) -> None:
    read = document(body)

    assert (is_refusal(read), inside(read).is_refusal) == (is_refused, is_free)


def test_running_tasks_go_on_whatever_their_codes() -> None:
    body = {"status": "IN_PROGRESS", "error_type": "runner_disconnected"}

    assert end_of(read_task(body), LATE) is None
    assert read_task(body).status is Status.RUNNING
