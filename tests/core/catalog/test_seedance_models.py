"""What Seedance needs of the catalog: prices by the second, shapes kept, pictures measured."""

from dataclasses import replace
from pathlib import Path

import pytest

from core.catalog import Catalog, Model, load, refusals
from core.dialects import DIALECTS
from core.errors import CatalogError
from core.i18n import Locale, explain
from core.media import Asset, MediaKind, MediaRequest

DATA = load((), tuple(DIALECTS))
CATALOG = Catalog(data=DATA, ready_gateways=frozenset({"whatai"}))
CAT = MediaRequest(prompt="a cat")


def model(name: str) -> Model:
    found = CATALOG.get(f"whatai/{name}")
    assert found
    return found


def picture(width: int = 1000, height: int = 1000, size_bytes: int = 1) -> Asset:
    return Asset(
        kind=MediaKind.IMAGE,
        path=Path("x.png"),
        mime="image/png",
        size_bytes=size_bytes,
        width=width,
        height=height,
    )


@pytest.mark.parametrize(
    ("name", "asked", "credits_"),
    [
        ("seedance-2.0", {}, 5 * 14),
        ("seedance-2.0", {"seconds": 15}, 15 * 14),
        ("seedance-2.0", {"seconds": 15, "resolution": "480p"}, 15 * 7),
        ("seedance-2.0", {"resolution": "1080p"}, 5 * 32),
        ("seedance-2.0", {"resolution": "hd"}, 5 * 32),
        ("seedance-1.0-pro", {"seconds": 2}, 2 * 5),
    ],
)
def test_the_price_is_one_of_seconds_and_resolution(
    name: str, asked: dict[str, object], credits_: int
) -> None:
    chosen = model(name)
    request = replace(CAT, **asked)  # type: ignore[arg-type]

    assert not refusals(chosen, request)
    assert chosen.credits_for(chosen.complete(request)) == credits_


def test_a_resolution_that_was_left_open_is_filled_in_as_it_is_paid() -> None:
    assert model("seedance-2.0").complete(CAT).resolution == "720p"
    assert model("sora-2").complete(CAT).resolution is None


@pytest.mark.parametrize(
    ("name", "asked", "ratio"),
    [
        ("seedance-2.0", CAT, "16:9"),
        ("seedance-2.0", replace(CAT, images=(picture(),)), None),
        ("seedance-2.0", replace(CAT, images=(picture(),), ratio="9:16"), "9:16"),
        ("seedance-2.0-reference", replace(CAT, images=(picture(),)), "1:1"),
    ],
)
def test_a_first_frame_keeps_its_shape_unless_another_is_asked_for(
    name: str, asked: MediaRequest, ratio: str | None
) -> None:
    assert model(name).complete(asked).ratio == ratio


@pytest.mark.parametrize(
    ("name", "seconds", "fits"),
    [
        *(("seedance-2.0", seconds, seconds in range(4, 16)) for seconds in (3, 4, 15, 16)),
        *(("seedance-1.5-pro", seconds, seconds in range(4, 13)) for seconds in (3, 4, 12, 13)),
        *(("seedance-1.0-pro", seconds, seconds in range(2, 13)) for seconds in (1, 2, 12, 13)),
    ],
)
def test_each_version_has_its_own_span(name: str, seconds: int, *, fits: bool) -> None:
    assert bool(refusals(model(name), replace(CAT, seconds=seconds))) is not fits


@pytest.mark.parametrize(
    ("count", "name"),
    [
        (1, "seedance-1.0-lite"),
        (2, "seedance-1.0-lite"),
        (3, "seedance-1.0-lite-reference"),
        (5, "seedance-2.0-reference"),
        (9, "seedance-2.0-reference"),
    ],
)
def test_the_number_of_pictures_chooses_between_frames_and_references(
    count: int, name: str
) -> None:
    request = replace(CAT, seconds=5, images=(picture(),) * count)

    assert CATALOG.choose(request).name == name


@pytest.mark.parametrize(
    ("bad", "key"),
    [
        (picture(299, 400), "refuse-image-side"),
        (picture(400, 299), "refuse-image-side"),
        (picture(6001, 3000), "refuse-image-side"),
        (picture(1001, 400), "refuse-image-shape"),
        (picture(400, 1001), "refuse-image-shape"),
        (picture(size_bytes=30_000_001), "refuse-image-bytes"),
    ],
)
def test_a_picture_that_the_gateway_would_refuse_is_refused_before_it_is_paid(
    bad: Asset, key: str
) -> None:
    request = replace(CAT, images=(picture(), bad))

    (error,) = refusals(model("seedance-2.0"), request)

    assert error.key == key
    for locale in Locale:
        assert "seedance-2.0" in explain(locale, error)


@pytest.mark.parametrize(
    "good",
    [
        picture(300, 300),
        picture(6000, 6000),
        picture(1000, 400),
        picture(400, 1000),
        picture(size_bytes=30_000_000),
    ],
)
def test_a_picture_at_the_limit_is_taken(good: Asset) -> None:
    assert not refusals(model("seedance-2.0"), replace(CAT, images=(good,)))


@pytest.mark.parametrize("path", ["", "volc/v1", "/volc/v1/", "/a b", "/v3?x=1"])
def test_a_path_that_is_none_is_refused_at_the_start(tmp_path: Path, path: str) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(f'[[gateway]]\nname = "whatai"\nseedance_path = "{path}"\n')

    with pytest.raises(CatalogError, match="field seedance_path: "):
        load([file], tuple(DIALECTS))


def test_a_model_without_limits_takes_any_picture() -> None:
    tiny = picture(16, 160, 10**9)

    assert not refusals(model("sora-2"), replace(CAT, images=(tiny,)))
