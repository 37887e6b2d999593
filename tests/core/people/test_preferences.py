"""Defaults: whose count first, and that none of them ever makes an order fail."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.catalog import Catalog, CatalogData, Gateway, Model
from core.commands.ordering import fill
from core.commands.settings import SettingsOptions, change
from core.errors import UserError
from core.i18n import Locale
from core.media import MediaKind, MediaRequest, Unmet
from core.options.grammar import parse
from core.people.preferences import Preferences, speak
from core.platform import User

SHORT = Model(
    gateway="a", name="short", dialect="d", ratios=("16:9", "9:16"), seconds=(8,), credits=1
)
LONG = Model(
    gateway="a", name="long", dialect="d", ratios=("16:9", "1:1"), seconds=(10, 15), credits=9
)
OFF = Model(gateway="a", name="off-duty", dialect="d", credits=1, enabled=False)
CATALOG = Catalog(
    data=CatalogData(
        gateways={"a": Gateway(name="a", base_url="http://a.test", env="A")},
        models=(SHORT, LONG, OFF),
    ),
    ready_gateways=frozenset({"a"}),
)
ALL = Preferences(model="long", ratio="1:1", seconds=15, language=Locale.ZH)


def filled(wanted: Preferences, **typed: str | int) -> tuple[object, ...]:
    """Model, ratio and seconds of an order."""
    request = fill(CATALOG, MediaRequest(prompt="x", **typed), wanted)  # type: ignore[arg-type]
    return request.model, request.ratio, request.seconds


def test_defaults_stand_in_for_what_was_not_typed() -> None:
    assert filled(ALL) == ("long", "1:1", 15)
    assert filled(ALL, ratio="16:9", seconds=10) == ("long", "16:9", 10)
    assert filled(Preferences()) == (None, None, None)


def test_defaults_that_the_typed_model_refuses_are_dropped_one_by_one() -> None:
    assert filled(ALL, model="short") == ("short", None, None)
    assert filled(Preferences(ratio="9:16", seconds=15), model="short") == ("short", "9:16", None)
    assert filled(Preferences(ratio="1:1", seconds=8), model="short") == ("short", None, 8)


def test_a_default_model_that_cannot_do_what_was_typed_gives_way() -> None:
    assert filled(ALL, ratio="9:16") == (None, "9:16", None)


PICTURE = Model(gateway="a", name="still", dialect="d", kind=MediaKind.IMAGE, credits=1)


def unmet(wanted: Preferences, **typed: object) -> Unmet | None:
    data = replace(CATALOG.data, models=(*CATALOG.models, PICTURE))
    request = MediaRequest(prompt="x", **typed)  # type: ignore[arg-type]
    return fill(replace(CATALOG, data=data), request, wanted).unmet


def test_what_is_dropped_stands_in_the_request_to_be_told() -> None:
    assert unmet(ALL) is None
    assert unmet(ALL, ratio="16:9", seconds=10) is None
    assert unmet(ALL, model="short") == Unmet(ratio="1:1", seconds=15)
    assert unmet(Preferences(ratio="9:16", seconds=15), model="short") == Unmet(seconds=15)
    assert unmet(ALL, ratio="9:16") == Unmet(model="long", seconds=15)
    assert unmet(Preferences(model="no-such-model")) == Unmet(model="no-such-model")


def test_defaults_for_videos_say_nothing_about_pictures() -> None:
    assert unmet(Preferences(model="long", seconds=15), kind=MediaKind.IMAGE) is None
    shape = Preferences(model="long", ratio="1:1", seconds=15)
    assert unmet(shape, kind=MediaKind.IMAGE) == Unmet(ratio="1:1")


@pytest.mark.parametrize("gone", ["no-such-model", "off-duty"])
def test_a_default_model_that_is_gone_is_passed_over(gone: str) -> None:
    assert filled(Preferences(model=gone, ratio="9:16")) == (None, "9:16", None)


@given(
    st.builds(
        Preferences,
        model=st.sampled_from([None, "short", "long", "off-duty", "none"]),
        ratio=st.sampled_from([None, "1:1", "9:16", "64:1"]),
        seconds=st.none() | st.integers(1, 600),
    ),
    st.sampled_from([None, "short", "long"]),
    st.sampled_from([None, 8, 10]),
)
def test_no_default_makes_an_order_fail_or_changes_what_was_typed(
    wanted: Preferences, model: str | None, seconds: int | None
) -> None:
    typed = MediaRequest(prompt="x", model=model, seconds=seconds)

    request = fill(CATALOG, typed, wanted)

    assert CATALOG.can(request) or not CATALOG.can(typed)
    assert request.model == model or model is None
    assert request.seconds == seconds or seconds is None


def test_what_is_impossible_as_typed_is_refused_as_typed() -> None:
    assert filled(ALL, model="short", seconds=99) == ("short", None, 99)


def test_ones_own_defaults_count_before_the_chats() -> None:
    own = Preferences(ratio="9:16", language=Locale.EN)

    assert own.over(ALL) == Preferences(model="long", ratio="9:16", seconds=15, language=Locale.EN)


@pytest.mark.parametrize(
    ("chosen", "said", "spoken"),
    [
        (Locale.ZH, "en-GB", Locale.ZH),
        (None, "zh-hans", Locale.ZH),
        (None, "pt-br", Locale.EN),
        (None, "", Locale.EN),
    ],
)
def test_a_chosen_language_counts_before_the_platforms_and_that_before_the_default(
    chosen: Locale | None, said: str, spoken: Locale
) -> None:
    user = User(platform="chat", id="ann", locale=said)

    assert speak(Preferences(language=chosen), user, Locale.EN) is spoken


@pytest.mark.parametrize(
    ("typed", "now"),
    [
        ("model short", Preferences(model="short")),
        ("模型 SHORT", Preferences(model="short")),
        ("--model a/short", Preferences(model="a/short")),
        ("ratio portrait", Preferences(ratio="9:16")),
        ("portrait", Preferences(ratio="9:16")),
        ("ratio 1:1 seconds 8", Preferences(ratio="1:1", seconds=8)),
        ("seconds 8s", Preferences(seconds=8)),
        ("--seconds=15 zh", Preferences(seconds=15, language=Locale.ZH)),
        ("language English", Preferences(language=Locale.EN)),
    ],
)
def test_settings_are_typed_as_one_would_say_them(typed: str, now: Preferences) -> None:
    assert change(Preferences(), parse(typed, SettingsOptions), CATALOG) == now


@pytest.mark.parametrize(
    ("typed", "left"),
    [
        ("model off", Preferences(ratio="1:1", seconds=15, language=Locale.ZH)),
        ("ratio off", Preferences(model="long", seconds=15, language=Locale.ZH)),
        ("seconds off", Preferences(model="long", ratio="1:1", language=Locale.ZH)),
        ("language auto", Preferences(model="long", ratio="1:1", seconds=15)),
        ("--ratio off --seconds off language off", Preferences(model="long")),
    ],
)
def test_off_clears_one(typed: str, left: Preferences) -> None:
    assert change(ALL, parse(typed, SettingsOptions), CATALOG) == left


@pytest.mark.parametrize(
    ("typed", "complaint"),
    [
        ("model", "option-needs-value"),
        ("model --ratio 1:1", "option-needs-value"),
        ("ratio wide", "option-bad-value"),
        ("seconds 0", "option-range"),
        ("language fr", "option-bad-value"),
        ("ratio 1:1 ratio 9:16", "option-twice"),
        ("model none", "model-unknown"),
        ("model off-duty", "model-off"),
        ("hello", "option-unknown"),
    ],
)
def test_what_cannot_be_chosen_is_explained(typed: str, complaint: str) -> None:
    with pytest.raises(UserError) as refusal:
        change(Preferences(), parse(typed, SettingsOptions), CATALOG)

    assert refusal.value.key == complaint
