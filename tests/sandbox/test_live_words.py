"""What the sandbox plays of hosts of many makers' models, told by the client that it is for."""

from dataclasses import replace
from pathlib import Path

import pytest

from core.catalog import Model, load
from core.dialects import DIALECTS
from core.errors import MODERATION, FaultKind, JobError
from core.media import MediaRequest, RemoteAsset
from sandbox.orders.ledger import read_ledger
from tests.core.dialects.scripted_gateway import CALM, HASTY, client, endpoint, generation_of

PRESETS = load((), tuple(DIALECTS))
MODELS = {
    "dashscope": "dashscope/wan-3.0",
    "fal": "fal/seedance-2.0",
    "gemini": "gemini/gemini-omni-1.2-flash",
    "minimax": "minimax/minimax-h3",
    "openrouter": "openrouter/wan-3.0",
    "xai": "xai/grok-imagine-video",
    "newapi": "newapi/seedance-2.0",
    "replicate": "replicate/seedance-2.0",
}


def model_of(name: str) -> Model:
    return next(each for each in PRESETS.models if each.key == MODELS[name])


async def made(
    hosts: str, name: str, prompt: str, *, key: str = "abc:def"
) -> tuple[RemoteAsset, ...]:
    """What comes of such a prompt, asked for as the gateway's stanza says."""
    model = model_of(name)
    patient = prompt.endswith(("no-url", "nolink"))
    account = replace(
        endpoint(hosts, key=key, pace=replace(HASTY if patient else CALM, least=0.01)),
        auth=PRESETS.gateways[name].auth,
    )
    request = model.complete(MediaRequest(prompt=prompt))
    async with client() as http:
        dialect = DIALECTS[model.dialect](account, http)
        return await dialect.generate(generation_of(model, request))


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize(
    "word",
    [
        "",
        "late",
        "poll-errors",
        "unknown-status",
        "result-busy",
        "late-result",
        "foreign-status",
        "link-in-reason",
        "link-from-maker",
    ],
)
async def test_a_video_comes_all_the_same(
    hosts: str, tmp_path: Path, name: str, word: str
) -> None:
    (asset,) = await made(hosts, name, f"a pig #{word}")

    assert asset.urls[0].startswith(f"{hosts}/")
    assert len(read_ledger(tmp_path)) == 1


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("auth", FaultKind.AUTH),
        ("quota", FaultKind.QUOTA),
        ("gone", FaultKind.MODEL_GONE),
        ("limited", FaultKind.RATE_LIMITED),
        ("fail-prompt", FaultKind.MODERATION_PROMPT),
    ],
)
async def test_a_failure_is_told_apart(hosts: str, name: str, word: str, kind: FaultKind) -> None:
    with pytest.raises(JobError) as caught:
        await made(hosts, name, f"a pig #{word}")

    assert caught.value.fault.kind is kind


@pytest.mark.parametrize(
    ("name", "word", "kind"),
    [
        *[(n, "fail-completed", FaultKind.UPSTREAM) for n in ("fal", "newapi", "replicate")],
        *[
            (n, "no-url", FaultKind.NO_MEDIA)
            for n in ("dashscope", "fal", "gemini", "minimax", "newapi", "replicate")
        ],
        ("xai", "no-url", FaultKind.MODERATION_OUTPUT),
        *[(n, "task-expired", FaultKind.EXPIRED) for n in ("minimax", "openrouter", "xai")],
        ("openrouter", "task-cancelled", FaultKind.CANCELLED),
    ],
)
async def test_an_end_without_a_result_is_told_apart(
    hosts: str, name: str, word: str, kind: FaultKind
) -> None:
    with pytest.raises(JobError) as caught:
        await made(hosts, name, f"a pig #{word}")

    assert caught.value.fault.kind is kind


async def test_who_asks_dashscope_to_wait_is_refused_in_its_own_words(
    hosts: str, tmp_path: Path
) -> None:
    async with client() as http:
        reply = await http.post(
            f"{hosts}/api/v1/services/aigc/video-generation/video-synthesis",
            json={"model": "wan3.0-video"},
            headers={"Authorization": "Bearer sk-any"},
        )

    assert (reply.status_code, reply.json()["code"]) == (403, "AccessDenied")
    assert read_ledger(tmp_path) == []


async def test_a_result_that_is_refused_is_the_end(hosts: str) -> None:
    with pytest.raises(JobError) as caught:
        await made(hosts, "fal", "a pig #result-refused")

    assert caught.value.fault.kind is FaultKind.MODERATION_OUTPUT


async def test_a_prediction_whose_time_was_over_is_cancelled(hosts: str) -> None:
    with pytest.raises(JobError) as caught:
        await made(hosts, "replicate", "a pig #task-aborted")

    assert caught.value.fault.kind is FaultKind.CANCELLED


@pytest.mark.parametrize("name", MODELS)
async def test_what_a_review_keeps_back_is_moderated(hosts: str, name: str) -> None:
    with pytest.raises(JobError) as caught:
        await made(hosts, name, "a pig #fail-moderation")

    assert caught.value.fault.kind in MODERATION


@pytest.mark.parametrize("name", MODELS)
async def test_a_wrong_key_is_refused(hosts: str, name: str) -> None:
    with pytest.raises(JobError) as caught:
        await made(hosts, name, "a pig", key="wrong")

    assert caught.value.fault.kind is FaultKind.AUTH


@pytest.mark.parametrize(
    ("body", "objection"),
    [
        ({"prompt": "a pig", "duration": 5}, "duration: Input should look like '{}'"),
        ({"prompt": "a pig", "duration": "5", "cfg": 1}, "cfg: Extra inputs are not permitted"),
        ({"prompt": 7, "duration": "5"}, "prompt: Input should be a valid str"),
        ({"prompt": "a pig", "duration": "3"}, "duration 3 is not supported"),
        ({"prompt": "a pig", "duration": "5", "seed": "1"}, "seed: Input should be a valid int"),
        ({"prompt": "a pig", "duration": "5"}, "audio has to be told"),
        ([], "Input should be a valid dictionary"),
    ],
)
async def test_an_input_that_the_model_does_not_have_is_refused(
    hosts: str, tmp_path: Path, body: object, objection: str
) -> None:
    async with client() as http:
        reply = await http.post(
            f"{hosts}/bytedance/seedance-2.0/text-to-video",
            json=body,
            headers={"Authorization": "Key abc:def"},
        )

    (said,) = reply.json()["detail"]
    assert reply.status_code == 422
    assert objection in said["msg"]
    assert read_ledger(tmp_path) == []


async def test_a_relay_is_told_in_metadata_what_it_does_not_know(
    hosts: str, tmp_path: Path
) -> None:
    body = {
        "model": "doubao-seedance-2-0-260128",
        "prompt": "a pig",
        "duration": 5,
        "metadata": {"generate_audio": True, "watermark": False},
    }
    async with client() as http:
        http.headers["Authorization"] = "Bearer sk-any"
        refused = await http.post(f"{hosts}/v1/video/generations", json={**body, "ratio": "1:1"})
        taken = await http.post(f"{hosts}/v1/video/generations", json=body)

    assert (refused.status_code, refused.json()["code"]) == (400, "invalid_request")
    assert taken.json()["task_id"].startswith("task_")
    assert len(read_ledger(tmp_path)) == 1


@pytest.mark.parametrize(
    ("scheme", "app", "status"),
    [
        ("Key", "bytedance/seedance-2.0", 202),
        ("Key", "bytedance/seedance-2.0/text-to-video", 404),
        ("Key", "bytedance/seedance-2.5", 404),
        ("Bearer", "bytedance/seedance-2.0", 401),
    ],
)
async def test_a_request_is_known_at_its_app_alone(
    hosts: str, scheme: str, app: str, status: int
) -> None:
    said = {"prompt": "a pig #slow", "duration": "5", "generate_audio": True}
    async with client() as http:
        created = await http.post(
            f"{hosts}/bytedance/seedance-2.0/text-to-video",
            json=said,
            headers={"Authorization": "Key abc:def"},
        )
        reply = await http.get(
            f"{hosts}/{app}/requests/{created.json()['request_id']}/status",
            headers={"Authorization": f"{scheme} abc:def"},
        )

    assert reply.status_code == status
