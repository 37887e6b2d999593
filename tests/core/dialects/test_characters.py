"""Characters: made once and for money, out of a link or a task, and told apart from refusals."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from core.dialects.characters import CreatedCharacter, create_character, payload
from core.errors import Fault, FaultKind, JobError, UserError
from core.names import separate_names
from sandbox.options import SandboxOptions
from sandbox.server import serve
from tests.core.dialects.http_answers import KEY, RESET, as_html, as_json
from tests.core.dialects.scripted_gateway import CALM, client, endpoint
from tests.fakes.raw_server import raw_server, replies

PERMALINK = "https://sora.chatgpt.com/profile/saparpomd.oddwingduo"
ID = "ch_691155df38588191b3ae5f2d390a4359"
MADE = {
    "id": ID,
    "username": "saparpomd.oddwingduo",
    "permalink": PERMALINK,
    "profile_picture_url": "https://videos.openai.com/az/files/x%2Fraw?se=2025-11-14&sig=secret",
}
NOT_NOW = {"Retry-After": "0"}


@dataclass(frozen=True, slots=True, kw_only=True)
class CreationOutcome:
    """What came of a creation."""

    character: CreatedCharacter | None = None
    fault: Fault | None = None
    requests: Sequence[bytes]


async def create(*answers: bytes, source: str = "video_1") -> CreationOutcome:
    async with raw_server(replies(*answers)) as server, client() as http:
        account = endpoint(server.url, pace=CALM)
        try:
            made = await create_character(account, http, source=source, span=(1, 3))
        except JobError as error:
            return CreationOutcome(fault=error.fault, requests=server.requests)
        return CreationOutcome(character=made, requests=server.requests)


async def test_a_character_is_made_of_a_finished_task() -> None:
    told = await create(as_json(MADE))

    head, _, body = told.requests[0].partition(b"\r\n\r\n")
    assert told.character == CreatedCharacter(
        id=ID, username="saparpomd.oddwingduo", permalink=PERMALINK
    )
    assert head.startswith(b"POST /sora/v1/characters HTTP/1.1\r\n")
    assert f"Authorization: Bearer {KEY}".encode() in head
    assert json.loads(body) == {"timestamps": "1,3", "from_task": "video_1"}


@pytest.mark.parametrize(
    ("source", "span", "body"),
    [
        ("https://h/v.mp4", (1, 3), {"timestamps": "1,3", "url": "https://h/v.mp4"}),
        ("http://h/v.mp4", (0, 1), {"timestamps": "0,1", "url": "http://h/v.mp4"}),
        ("sora-2:task_1", (2.5, 4), {"timestamps": "2.5,4", "from_task": "sora-2:task_1"}),
    ],
)
def test_a_source_is_said_as_what_it_is_and_never_twice(
    source: str, span: tuple[float, float], body: dict[str, str]
) -> None:
    assert payload(source, span) == body


@pytest.mark.parametrize("span", [(1, 1.5), (0, 4), (3, 1), (2, 2), (-1, 1)])
async def test_a_span_that_nobody_takes_is_refused_before_anything_is_sent(
    span: tuple[float, float],
) -> None:
    async with raw_server(replies(as_json(MADE))) as server, client() as http:
        with pytest.raises(UserError) as caught:
            await create_character(endpoint(server.url), http, source="t", span=span)

    assert caught.value.key == "character-span"
    assert server.requests == []


@pytest.mark.parametrize(
    "body",
    [
        {"data": MADE},
        {**MADE, "username": "@saparpomd.oddwingduo "},
        {**MADE, "permalink": "javascript:alert(1)"},
        {**MADE, "permalink": None},
    ],
)
async def test_a_character_is_known_in_other_forms_too(body: dict[str, object]) -> None:
    told = await create(as_json(body))

    assert told.character is not None
    assert told.character.username == "saparpomd.oddwingduo"
    assert told.character.permalink in ("", PERMALINK)


@pytest.mark.parametrize(
    "answer",
    [
        as_json({}),
        as_json({"id": ID}),
        as_json({"username": "Robert'); DROP TABLE"}),
        as_json({"username": ["x"]}),
        as_json("garbage"),
    ],
)
async def test_a_character_that_nobody_can_call_may_have_been_paid(answer: bytes) -> None:
    told = await create(answer)

    assert told.fault == Fault(kind=FaultKind.AMBIGUOUS, maybe_billed=True)
    assert len(told.requests) == 1


def error(message: str) -> dict[str, object]:
    return {"error": {"message": message, "type": "new_api_error"}}


@pytest.mark.parametrize(
    ("answer", "kind", "posts"),
    [
        (as_json(error("无效的令牌"), status=401), FaultKind.AUTH, 1),
        (as_json(error("该令牌额度已用尽"), status=401), FaultKind.QUOTA, 1),
        (as_json(error("group sora-vip required"), status=401), FaultKind.PERMISSION, 1),
        (as_json(error("Invalid URL (POST /sora)"), status=404), FaultKind.MISCONFIGURED, 1),
        (as_json(error("视频中包含写实人物"), status=400), FaultKind.MODERATION_INPUT_IMAGE, 1),
        (as_json(error("no sound"), status=400), FaultKind.BAD_REQUEST, 1),
        (as_json({"success": False, "message": "no"}), FaultKind.UPSTREAM, 1),
        (as_json(error("当前分组上游负载已饱和"), status=429, headers=NOT_NOW),
         FaultKind.OVERLOADED, 3),
        (as_html("<!doctype html>"), FaultKind.MISCONFIGURED, 1),
        (RESET + b"\r\n\r\n", FaultKind.AMBIGUOUS, 1),
    ],
)  # fmt: skip
async def test_a_refusal_says_what_it_is(answer: bytes, kind: FaultKind, posts: int) -> None:
    told = await create(answer)

    assert told.fault is not None
    assert told.fault.kind is kind
    assert told.fault.maybe_billed is (kind in (FaultKind.AMBIGUOUS, FaultKind.UPSTREAM))
    assert len(told.requests) == posts


@pytest.mark.parametrize(
    ("prompt", "wanted"),
    [
        ("@a.b 在一个舞台上和 @c 牵手跳舞", "@a.b 在一个舞台上和 @c 牵手跳舞"),
        ("在@cat和@dog.x跳舞", "在 @cat 和 @dog.x 跳舞"),
        ("(@cat),@dog.", "( @cat ), @dog ."),
        ("@cat@dog", "@cat @dog"),
        ("a\n@cat\nb", "a\n@cat\nb"),
        ("write to me@example.com", "write to me@example.com"),
        ("meet @ noon", "meet @ noon"),
    ],
)
def test_a_name_in_a_prompt_is_separated_by_spaces(prompt: str, wanted: str) -> None:
    assert separate_names(prompt) == wanted
    assert separate_names(wanted) == wanted


async def test_a_character_is_made_through_the_sandbox_and_paid_once(tmp_path: Path) -> None:
    options = SandboxOptions(state_dir=tmp_path, speed=1000)
    async with serve(options) as root, client() as http:
        account = endpoint(root)
        made = await create_character(account, http, source="https://h/v.mp4", span=(1, 3))
        with pytest.raises(JobError) as unknown:
            await create_character(account, http, source="video_none", span=(1, 3))
        with pytest.raises(JobError) as refused:
            await create_character(account, http, source="https://h/v.mp4#quota", span=(1, 3))
        ledger = (await http.get(f"{root}/sandbox/ledger")).json()

    assert made.permalink.endswith(made.username)
    assert unknown.value.fault.kind is FaultKind.BAD_REQUEST
    assert refused.value.fault.kind is FaultKind.QUOTA
    assert [order["kind"] for order in ledger] == ["character"]
