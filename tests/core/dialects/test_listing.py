"""What a gateway lists for a key, and whether it takes the key."""

import asyncio
from collections.abc import Collection, Mapping

import pytest

from core.catalog.served import Sort
from core.dialects import check_account, list_models
from core.dialects.endpoint import Endpoint
from core.errors import FaultKind, JobError
from tests.core.dialects.http_answers import as_html, as_json
from tests.core.dialects.scripted_gateway import client, endpoint
from tests.fakes.raw_server import raw_server

MODELS = "/v1/models"
VIDEOS = "/v1/videos/models"
GOOGLES = "/v1beta/models?pageSize=2"


async def asked(
    answers: Mapping[str, bytes],
    lists: Mapping[Sort, str],
    probe: str = "",
    sorts: Collection[Sort] = (),
) -> tuple[Mapping[Sort, frozenset[str]], list[str]]:
    """What is listed at a gateway that answers so by path, and what it was asked."""

    async def serve(request: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(answers[request.split(b" ")[1].decode()])

    async with raw_server(serve) as server, client() as http:
        account = Endpoint(
            gateway="test",
            root=server.url,
            key=endpoint(server.url).key,
            lists=lists,
            probe_path=probe,
        )
        await check_account(account, http)
        found = await list_models(account, http, sorts)
    return found, [request.split(b" ")[1].decode() for request in server.requests]


async def test_one_list_for_all_is_asked_for_once() -> None:
    body = {"data": [{"id": "veo-3.1"}, {"id": None}, "odd", {"id": "sora-2"}], "success": True}

    found, requests = await asked({MODELS: as_json(body)}, {"video": MODELS, "chat": MODELS})

    assert found == {sort: {"veo-3.1", "sora-2"} for sort in ("video", "chat")}
    assert requests == [MODELS]


async def test_each_sort_of_model_is_looked_for_in_its_own_list() -> None:
    answers = {
        MODELS: as_json({"data": [{"id": "openai/gpt"}]}),
        VIDEOS: as_json({"data": [{"id": "alibaba/wan-3.0"}]}),
    }

    found, _ = await asked(answers, {"video": VIDEOS, "chat": MODELS})

    assert found == {"video": {"alibaba/wan-3.0"}, "chat": {"openai/gpt"}}


async def test_lists_that_nobody_needs_are_not_asked_for() -> None:
    answers = {MODELS: as_json({"data": [{"id": "gpt"}]})}
    lists: Mapping[Sort, str] = {"video": VIDEOS, "chat": MODELS}

    assert await asked(answers, lists, sorts={"chat"}) == ({"chat": {"gpt"}}, [MODELS])


async def test_a_list_of_several_pages_is_read_to_its_end() -> None:
    first = {"models": [{"name": "models/a"}, {"name": "models/b"}], "nextPageToken": "x y"}
    answers = {
        GOOGLES: as_json(first),
        f"{GOOGLES}&pageToken=x+y": as_json({"models": [{"name": "models/c"}]}),
    }

    found, requests = await asked(answers, {"video": GOOGLES})

    assert found == {"video": {"a", "b", "c"}}
    assert len(requests) == 2


@pytest.mark.parametrize("token", ["again", "x" * 70_000])
async def test_a_list_without_an_end_is_no_list(token: str) -> None:
    page = as_json({"models": [{"name": "models/a"}], "nextPageToken": token})
    answers = {GOOGLES: page, f"{GOOGLES}&pageToken=again": page}

    with pytest.raises(JobError) as caught:
        await asked(answers, {"video": GOOGLES})

    assert caught.value.fault.kind is FaultKind.BAD_PAYLOAD


async def test_other_names_of_a_version_count() -> None:
    body = {"models": [{"id": "grok-video-2026-05-30", "aliases": ["grok-video", None]}]}

    found, _ = await asked({MODELS: as_json(body)}, {"video": MODELS})

    assert found == {"video": {"grok-video-2026-05-30", "grok-video"}}


async def test_a_list_may_be_long() -> None:
    body = {"data": [{"id": f"model-{n}", "description": "x" * 4000} for n in range(600)]}

    found, _ = await asked({MODELS: as_json(body)}, {"chat": MODELS})

    assert len(found["chat"]) == 600


async def test_an_empty_list_lists_nothing_and_no_list_is_not_asked_for() -> None:
    empty = as_json({"data": None, "object": "list"})

    assert (await asked({MODELS: empty}, {"video": MODELS}))[0] == {"video": frozenset()}
    assert await asked({}, {}) == ({}, [])


REFUSALS = [
    (as_json({"error": {"message": "无效的令牌"}}, status=401), FaultKind.AUTH),
    (as_html("<!doctype html>"), FaultKind.MISCONFIGURED),
    # MiniMax says it so under a good status.
    (
        as_json({"base_resp": {"status_code": 1004, "status_msg": "login fail"}}),
        FaultKind.AUTH,
    ),
]


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        *REFUSALS,
        (as_json({}), FaultKind.BAD_PAYLOAD),
        (as_json(""), FaultKind.BAD_PAYLOAD),
    ],
)
async def test_a_key_that_is_not_accepted_has_no_list(answer: bytes, kind: FaultKind) -> None:
    with pytest.raises(JobError) as caught:
        await asked({MODELS: answer}, {"video": MODELS})

    assert caught.value.fault.kind is kind


@pytest.mark.parametrize(("answer", "kind"), REFUSALS)
async def test_a_key_that_is_not_accepted_is_told(answer: bytes, kind: FaultKind) -> None:
    with pytest.raises(JobError) as caught:
        await asked({"/probe": answer}, {}, probe="/probe")

    assert caught.value.fault.kind is kind


@pytest.mark.parametrize(
    "answer",
    [
        # DashScope, MiniMax, fal and Ark with a good key.
        as_json({"request_id": "r", "output": {"task_status": "UNKNOWN"}}),
        as_json({"object": "list", "data": [{"id": "MiniMax-M3"}]}),
        as_json({"detail": "Request x not found"}, status=404),
        as_json({"items": [], "total": 0}),
    ],
)
async def test_what_is_not_there_says_that_the_key_is_good(answer: bytes) -> None:
    assert await asked({"/probe": answer}, {}, probe="/probe") == ({}, ["/probe"])
