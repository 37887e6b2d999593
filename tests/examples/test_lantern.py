"""A whole order through the example of a dialect, and with it through everything real."""

from dataclasses import replace
from hashlib import sha256
from pathlib import Path

from core.dialects import DIALECTS
from core.jobs import JobState
from core.media import TaskRef
from tests.examples.lantern import NAME, Lantern
from tests.examples.lantern_gateway import CATALOG, lantern_gateway
from tests.fakes.engine_harness import EngineHarness, stored
from tests.fakes.movies import make_movie

LINES = 80
"""A new task protocol is no longer than that."""


async def test_an_order_becomes_a_video(tmp_path: Path) -> None:
    film = make_movie(tmp_path / "film.mp4", 64, 64, 1.0).read_bytes()
    async with lantern_gateway(film) as gateway:
        harness = EngineHarness(
            folder=tmp_path,
            root=gateway.root,
            catalog_files=(CATALOG,),
            dialects={**DIALECTS, NAME: Lantern},
        )
        wish = replace(harness.order(model="lantern/slides").request, ratio="9:16", seconds=8)
        async with harness.engine() as engine:
            job = await engine.submit(replace(harness.order(), request=wish))
            await engine.idle()
            done = await stored(engine, job.id)

    assert (done.state, done.fault) == (JobState.DONE, None)
    assert done.task == TaskRef(id="s/1")
    assert done.assets[0].sha256 == sha256(film).hexdigest()
    assert gateway.orders == [
        {"lens": "slides-tall", "scene": "a cat", "format": "9:16", "seconds": 8}
    ]
    assert gateway.lines == [
        "POST /slides",
        "GET /slides/s%2F1",
        "GET /slides/s%2F1",
        "GET /film.mp4",
    ]
    (post,) = harness.chat.of("deliver")
    assert post.assets == done.assets


def test_it_is_as_short_as_a_dialect_can_be() -> None:
    source = Path(__file__).with_name("lantern.py").read_text(encoding="utf-8")

    assert len(source.splitlines()) <= LINES
