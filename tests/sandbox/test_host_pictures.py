"""The pictures that the sandbox plays of OpenRouter, Gemini and xAI, told by their own client."""

from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from core.catalog import Model, load
from core.dialects import DIALECTS
from core.errors import FaultKind, JobError
from core.files.media_info import look
from core.media import Asset, Charged, Event, MediaKind, MediaRequest, RemoteAsset
from sandbox.orders.ledger import read_ledger
from tests.core.dialects.scripted_gateway import CALM, client, endpoint, generation_of

PRESETS = load((), tuple(DIALECTS))
MODELS = {
    "openrouter": "openrouter/gemini-3.1-flash-image",
    "gemini": "gemini/gemini-3.1-flash-image",
    "xai": "xai/grok-imagine-image",
}
K = FaultKind


def model_of(name: str) -> Model:
    return next(each for each in PRESETS.models if each.key == MODELS[name])


async def made(
    hosts: str,
    name: str,
    prompt: str,
    *,
    images: tuple[Asset, ...] = (),
    told: list[Event] | None = None,
) -> tuple[RemoteAsset, ...]:
    """What comes of such a prompt, asked for as the gateway's stanza says."""
    model = model_of(name)
    account = replace(endpoint(hosts, pace=CALM), auth=PRESETS.gateways[name].auth)
    request = model.complete(MediaRequest(prompt=prompt, kind=MediaKind.IMAGE, images=images))

    async def keep(event: Event) -> None:
        if told is not None:
            told.append(event)

    async with client() as http:
        dialect = DIALECTS[model.dialect](account, http)
        return await dialect.generate(generation_of(model, request, report=keep))


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("word", ["", "#as-link", "#inline"])
async def test_a_picture_comes(hosts: str, tmp_path: Path, name: str, word: str) -> None:
    (asset,) = await made(hosts, name, f"a pig {word}")

    assert bool(asset.data) != bool(asset.urls)
    assert len(read_ledger(tmp_path)) == 1


@pytest.mark.parametrize("name", MODELS)
async def test_a_picture_is_made_of_a_picture(hosts: str, tmp_path: Path, name: str) -> None:
    Image.new("RGB", (512, 384), "red").save(tmp_path / "a.png")

    await made(hosts, name, "a pig", images=(look(tmp_path / "a.png"),))

    (order,) = read_ledger(tmp_path)
    assert (order.images, order.picture) == (1, True)


@pytest.mark.parametrize("name", ["openrouter", "gemini"])
async def test_the_price_is_told(hosts: str, name: str) -> None:
    told: list[Event] = []

    await made(hosts, name, "a pig", told=told)

    assert any(isinstance(event, Charged) for event in told)


@pytest.mark.parametrize(
    ("name", "word", "kind"),
    [
        ("openrouter", "auth", K.AUTH),
        ("openrouter", "quota", K.QUOTA),
        ("openrouter", "gone", K.MODEL_GONE),
        ("openrouter", "limited", K.RATE_LIMITED),
        ("openrouter", "fail-prompt", K.MODERATION_PROMPT),
        ("openrouter", "fail-moderation", K.MODERATION_OUTPUT),
        ("openrouter", "fail-choice", K.UPSTREAM),
        ("openrouter", "nolink", K.NO_MEDIA),
        ("openrouter", "no-url", K.NO_MEDIA),
        ("openrouter", "says-no", K.NO_MEDIA),
        ("gemini", "fail-moderation", K.MODERATION_OUTPUT),
        ("gemini", "says-no", K.NO_MEDIA),
        ("xai", "no-url", K.NO_MEDIA),
        ("xai", "says-no", K.NO_MEDIA),
    ],
)
async def test_a_failure_is_told_apart(
    hosts: str, tmp_path: Path, name: str, word: str, kind: FaultKind
) -> None:
    with pytest.raises(JobError) as caught:
        await made(hosts, name, f"a pig #{word}")

    assert caught.value.fault.kind is kind
    # What was paid for is told as that, and what was refused before is not.
    assert caught.value.fault.maybe_billed == bool(read_ledger(tmp_path))


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/chat/completions", {"modalities": ["text"], "messages": []}),
        ("/v1/chat/completions", {"modalities": ["image", "text"], "messages": [], "n": 2}),
        ("/v1/images/edits", {"prompt": "a pig", "image": "https://h/a.png"}),
        (
            "/v1/images/edits",
            {
                "prompt": "a pig",
                "aspect_ratio": "16:9",
                "image": {"type": "image_url", "url": "https://h/a.png"},
            },
        ),
    ],
)
async def test_a_body_that_the_host_does_not_know_is_refused(
    hosts: str, tmp_path: Path, path: str, body: dict[str, object]
) -> None:
    named = "google/gemini-3.1-flash-image" if "chat" in path else "grok-imagine-image"
    async with client() as http:
        reply = await http.post(
            f"{hosts}{path}",
            json={"model": named, **body},
            headers={"Authorization": "Bearer sk-any"},
        )

    assert reply.status_code == 400
    assert read_ledger(tmp_path) == []
