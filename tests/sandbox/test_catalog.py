"""The sandbox plays every model of a catalog, and knows by itself what the gateways document."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from itertools import islice, product
from pathlib import Path

import httpx
import pytest
from PIL import Image

import sandbox
from bots.sandboxing import sandbox_tables
from core.catalog import Model, load, refusals
from core.dialects import DIALECTS
from core.files.media_info import look
from core.jobs import JobState
from core.media import Asset, MediaRequest
from sandbox.options import SandboxOptions
from sandbox.orders.catalog import PROTOCOLS, wire_models
from sandbox.orders.documented import DOCUMENTED
from sandbox.orders.ledger import read_ledger
from sandbox.orders.models import WireModel
from sandbox.orders.order import Kind
from sandbox.server import serve
from tests.fakes.engine_harness import EngineHarness

OPERATOR = Path(__file__).with_name("operator.toml")
OWN = Path(sandbox.__file__).parent / "catalog.toml"
ALL = load((OWN, OPERATOR), tuple(DIALECTS))
PRESETS = load((), tuple(DIALECTS))
MORE_RATIOS = {"my-tasks": ("7:3", "5:4", "8:5")}
KEY = {"Authorization": "Bearer sk-any"}


def is_within(made: WireModel, page: WireModel) -> bool:
    """Whether a gateway that has such a page takes all that the catalog would ask of it."""
    words = (
        (made.ratios, page.ratios),
        (made.sizes, page.sizes),
        (made.lengths, page.lengths),
        (made.resolutions, page.resolutions),
        (made.qualities, page.qualities),
        (made.formats, page.formats),
        (made.files, page.files),
        (made.fields, page.fields),
        (made.constants, page.constants),
    )
    least, most = made.images
    switches = ("mask", "seed", "sound", "watermark", "remix", "picture")
    return (
        all(theirs is None or set(ours or ()) <= set(theirs) for ours, theirs in words)
        and page.images[0] <= least <= most <= page.images[1]
        and made.count <= page.count
        and made.prefix == page.prefix
        and all(getattr(made, name) <= getattr(page, name) for name in switches)
    )


def without_forbidden(model: Model, made: WireModel) -> WireModel:
    """What is left of the shapes of a name that always has pictures."""
    shapes = {when.ratio for when in model.forbid if when.images}
    if not made.images[0]:
        return made
    return replace(made, ratios=[ratio for ratio in made.ratios or () if ratio not in shapes])


@pytest.mark.parametrize(
    "model",
    PRESETS.models,
    ids=lambda model: model.key,
)
def test_a_preset_asks_for_nothing_that_its_gateway_does_not_document(model: Model) -> None:
    found = wire_models(model.model_dump(mode="json"))

    assert found
    for each in (without_forbidden(model, made) for made in found):
        pages = [page for page in DOCUMENTED if (page.kind, page.name) == (each.kind, each.name)]
        assert pages, f"sandbox/orders/documented.py does not know {each.name}"
        assert any(is_within(each, page) for page in pages), each
        if each.kind is Kind.CHAT and not each.picture:
            shapes = {(page.ratio, page.seconds, page.hd, page.prefix) for page in pages}
            assert (each.ratio, each.seconds, each.hd, each.prefix) in shapes


def test_names_follow_from_variants() -> None:
    table = next(model for model in ALL.models if model.name == "my-chat")

    names = [model.name for model in wire_models(table.model_dump(mode="json"))]

    assert len(names) == len(set(names)) == 2**5
    assert {"acme", "acme-classic-6s-hd-turbo-i2v", "acme-6s-i2v"} <= set(names)


def test_options_that_change_no_name_stay_together() -> None:
    table = next(model for model in ALL.models if model.key == "whatai/sora-2-pro")

    (model,) = wire_models(table.model_dump(mode="json"))

    assert (model.name, model.ratios) == ("sora-2-pro", ("16:9", "9:16"))
    assert (model.lengths, model.hd) == ((10, 15, 25), (False, True))


@pytest.fixture
async def playing(tmp_path: Path) -> AsyncIterator[EngineHarness]:
    """An engine's surroundings with the operator's catalog, as the bot and its sandbox have it."""
    options = SandboxOptions(
        state_dir=tmp_path / "sandbox",
        speed=400,
        short_side=32,
        fps=1,
        models=sandbox_tables(ALL),
    )
    async with serve(options) as root:
        lab = EngineHarness(
            folder=tmp_path,
            root=root,
            catalog_files=(OPERATOR,),
            jobs_per_user=100,
            gone=frozenset(),
        )
        yield replace(lab, concurrency=8)


def wishes(model: Model, picture: Asset) -> Iterator[MediaRequest]:
    """What people may ask of a model; of an operator's own every third combination of options."""
    options = product(
        sorted({model.images.min, min(model.images.max, 2)}),
        MORE_RATIOS.get(model.name, model.ratios) or (None,),
        model.seconds if isinstance(model.seconds, tuple) and model.seconds else (None,),
        (None, *model.hd, *model.resolutions),
        (False, True),
    )
    for number, (images, ratio, seconds, resolution, fast) in islice(
        enumerate(options), 0, None, 3
    ):
        is_odd = bool(number % 2)
        wish = MediaRequest(
            prompt=f"{model.key} {number}.",
            kind=model.kind,
            model=model.key,
            images=(picture,) * images,
            ratio=ratio,
            seconds=seconds,
            resolution=resolution,
            fast=fast,
            count=model.count if is_odd else 1,
            seed=7 if model.seed and is_odd else None,
            sound=not is_odd if model.tells_sound else None,
            watermark=model.watermark and is_odd,
        )
        if not refusals(model, wish):
            yield wish
            if model.gateway != "mygate":
                return


@pytest.mark.slow
@pytest.mark.parametrize("dialect", sorted(DIALECTS.keys() & PROTOCOLS.keys()))
async def test_every_model_of_the_catalog_is_played_as_it_was_asked_for(
    playing: EngineHarness, tmp_path: Path, dialect: str
) -> None:
    Image.new("RGB", (512, 384), "red").save(tmp_path / "a.png")
    picture = look(tmp_path / "a.png")
    wanted = {
        wish.prompt: model.complete(wish)
        for model in playing.catalog.models
        if model.dialect == dialect
        for wish in wishes(model, picture)
    }

    async with playing.engine() as engine:
        for wish in wanted.values():
            await engine.submit(replace(playing.order(), request=wish))
        await engine.idle()
        jobs = await engine.jobs_of(playing.order().user, limit=len(wanted) + 1)

    assert [
        (job.request.prompt, job.fault) for job in jobs if job.state is not JobState.DONE
    ] == []
    ledger = read_ledger(tmp_path / "sandbox")
    assert len(jobs) == len(ledger) == len(wanted)
    for order in ledger:
        # Some models are told options by words before the prompt.
        wish = next(wish for prompt, wish in wanted.items() if order.prompt.endswith(prompt))
        assert order.ratio == (wish.ratio or order.ratio)
        assert order.seconds == (wish.seconds or order.seconds)
        assert order.images == len(wish.images)
        assert order.count in {1, wish.count}


async def test_a_preset_that_the_operator_has_changed_is_played_as_changed(
    playing: EngineHarness, tmp_path: Path
) -> None:
    wish = MediaRequest(prompt="a pig", model="whatai/sora-2", seconds=20)

    async with playing.engine() as engine:
        await engine.submit(replace(playing.order(), request=wish))
        await engine.idle()

    (order,) = read_ledger(tmp_path / "sandbox")
    assert (order.model, order.seconds) == ("sora-2", 20)


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/chat/completions", {"model": "acme-classic-hd-6s"}),
        ("/v1/chat/completions", {"model": "my-chat"}),
        ("/v2/videos/generations", {"model": "my-tasks-4k"}),
        ("/v2/videos/generations", {"model": "acme"}),
    ],
)
async def test_a_name_that_no_options_make_is_unknown(
    playing: EngineHarness, path: str, body: dict[str, object]
) -> None:
    words = {"prompt": "a pig", "messages": [{"role": "user", "content": "a pig"}]}

    async with httpx.AsyncClient(base_url=playing.root, headers=KEY, trust_env=False) as http:
        reply = await http.post(path, json=words | body)

    assert (reply.status_code, reply.json()["error"]["code"]) == (503, "model_not_found")


@pytest.mark.parametrize(
    "body",
    [
        {"model": "my-tasks", "duration": "12"},
        {"model": "my-tasks", "aspect_ratio": "99:1"},
        {"model": "my-tasks-cinema", "aspect_ratio": "5:4"},
        {"model": "my-tasks", "images": ["https://h/1.png", "https://h/2.png"]},
        {"model": "sora-2", "duration": "7"},
    ],
)
async def test_what_the_table_does_not_allow_is_refused(
    playing: EngineHarness, body: dict[str, object]
) -> None:
    async with httpx.AsyncClient(base_url=playing.root, headers=KEY, trust_env=False) as http:
        reply = await http.post("/v2/videos/generations", json={"prompt": "a pig", **body})

    assert (reply.status_code, reply.json()["code"]) == (400, "invalid_request")
