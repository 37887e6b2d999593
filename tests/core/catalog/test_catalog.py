"""The catalog: presets, the operator's own files, and what is chosen or refused."""

from dataclasses import replace
from pathlib import Path

import pytest

from core.catalog import Catalog, Model, Span, load, refusals
from core.dialects import DIALECTS
from core.errors import CatalogError, UserError
from core.media import Asset, ImageRole, MediaKind, MediaRequest, TaskRef
from tests.core.dialects.scripts import WORKFLOWS
from tests.fakes.setups import PRESETS

DATA = load((), tuple(DIALECTS))
# With more gateways the cheapest would be another one; what is tested here is how it is found.
ALL = Catalog(data=DATA, ready_gateways=frozenset(PRESETS))
CAT = MediaRequest(prompt="a cat")


def only(*gateways: str) -> Catalog:
    return Catalog(data=DATA, ready_gateways=frozenset(gateways))


def model(key: str, catalog: Catalog = ALL) -> Model:
    found = catalog.get(key)
    assert found
    return found


def picture(width: int = 100, height: int = 100) -> Asset:
    return Asset(
        kind=MediaKind.IMAGE,
        path=Path("x.png"),
        mime="image/png",
        size_bytes=1,
        width=width,
        height=height,
    )


def refusal(catalog: Catalog, request: MediaRequest) -> UserError:
    with pytest.raises(UserError) as caught:
        catalog.choose(request)
    return caught.value


def hint(error: UserError) -> tuple[str, dict[str, object]]:
    (only_one,) = error.hints
    return only_one.key, dict(only_one.details)


def hint_for_admins(error: UserError) -> tuple[str, dict[str, object]]:
    assert error.hints == ()
    (only_one,) = error.for_admins
    return only_one.key, dict(only_one.details)


def test_every_dialect_has_a_model_at_some_gateway() -> None:
    # Workflows are the operator's own, so the examples stand for them.
    models = load((), tuple(DIALECTS), workflows=WORKFLOWS).models
    unused = set(DIALECTS) - {model.dialect for model in models}

    assert not unused, f"no model in core/catalog/*.toml speaks {unused}"


@pytest.mark.parametrize(
    ("key", "request_", "wire"),
    [
        ("147ai/veo3-pro-frames", replace(CAT, images=(picture(),)), "veo3-pro-frames"),
        ("apiyi/veo-3.1", CAT, "veo-3.1"),
        ("apiyi/veo-3.1", replace(CAT, ratio="16:9"), "veo-3.1-landscape"),
        ("apiyi/veo-3.1", replace(CAT, fast=True), "veo-3.1-fast"),
        (
            "apiyi/veo-3.1",
            replace(CAT, ratio="16:9", fast=True, images=(picture(), picture())),
            "veo-3.1-landscape-fast-fl",
        ),
        ("eronmind/veo_3_1", CAT, "veo_3_1-portrait"),
        ("eronmind/veo_3_1", replace(CAT, ratio="16:9", fast=True), "veo_3_1-landscape-fast"),
        ("eronmind/veo_3_1-fl", replace(CAT, images=(picture(9, 16),)), "veo_3_1-portrait-fl"),
        ("whatai/sora_video2", CAT, "sora_video2-portrait"),
        (
            "whatai/sora_video2",
            replace(CAT, ratio="16:9", seconds=15, resolution="hd"),
            "sora_video2-landscape-hd-15s",
        ),
        ("whatai/sora-2-pro", replace(CAT, resolution="1080p"), "sora-2-pro"),
    ],
)
def test_options_become_the_name_on_the_wire(key: str, request_: MediaRequest, wire: str) -> None:
    chosen = model(key)

    assert not refusals(chosen, request_)
    assert chosen.wire_name(chosen.complete(request_)) == wire


@pytest.mark.parametrize(
    ("request_", "name"),
    [
        (CAT, "veo3-fast"),
        (replace(CAT, ratio="9:16"), "veo-3.1"),
        (replace(CAT, ratio="9:16", fast=True), "veo-3.1"),
        (replace(CAT, count=3), "veo-3.1"),
        (replace(CAT, images=(picture(),)), "veo-3.1"),
        (replace(CAT, images=(picture(), picture())), "veo-3.1"),
        (replace(CAT, model="sora-2"), "sora-2"),
        (replace(CAT, model="WHATAI/sora-2-pro", seconds=25), "sora-2-pro"),
    ],
)
def test_the_cheapest_able_model_is_chosen(request_: MediaRequest, name: str) -> None:
    assert ALL.choose(request_).name == name


def test_two_pictures_mean_first_and_last_frame_even_where_references_are_cheaper(
    tmp_path: Path,
) -> None:
    file = tmp_path / "cheap.toml"
    file.write_text(
        '[[model]]\ngateway = "whatai"\nname = "refs"\ndialect = "video_tasks"\n'
        'images = { max = 4, roles = ["reference"] }\ncredits = 1\n'
    )
    data = load([file], tuple(DIALECTS))
    catalog = Catalog(data=data, ready_gateways=frozenset(PRESETS))

    one = catalog.choose(replace(CAT, images=(picture(),)))
    two = catalog.choose(replace(CAT, images=(picture(), picture())))
    three = catalog.choose(replace(CAT, images=(picture(), picture(), picture())))

    assert [one.name, two.name, three.name] == ["refs", "veo-3.1", "refs"]
    assert [two.images.role(0), two.images.role(1)] == [
        ImageRole.FIRST_FRAME,
        ImageRole.LAST_FRAME,
    ]
    assert three.images.role(3) is ImageRole.REFERENCE


def test_a_retired_model_is_never_chosen_by_itself_and_only_admins_hear_of_it() -> None:
    error = refusal(ALL, replace(CAT, seconds=25))

    key, details = hint_for_admins(error)
    assert error.key == "nobody-seconds"
    assert key == "hint-could-retired"
    assert str(details["models"]).startswith("sora-2-pro")


def test_a_refusal_names_the_ready_model_that_could() -> None:
    catalog = only("147ai", "apiyi")

    error = refusal(catalog, replace(CAT, model="veo3-pro", images=(picture(),)))

    assert (error.key, dict(error.details)) == ("refuse-any-image", {"model": "veo3-pro"})
    assert hint(error) == ("hint-could", {"models": "veo3-pro-frames, veo-3.1"})


def test_a_refusal_tells_admins_which_key_is_missing_for_the_soundest_model() -> None:
    error = refusal(only("147ai"), replace(CAT, ratio="9:16"))

    assert error.key == "nobody-ratio-choice"
    assert hint_for_admins(error) == (
        "hint-could-with-key",
        {"model": "seedance-2.0", "variable": "WHATAI_API_KEY"},
    )


def test_what_nothing_can_do_is_refused_without_a_hint() -> None:
    error = refusal(ALL, replace(CAT, resolution="540p"))

    assert error.key == "nobody-resolution"
    assert error.hints == error.for_admins == ()


@pytest.mark.parametrize(
    ("key", "request_", "reason"),
    [
        ("apiyi/veo-3.1", replace(CAT, ratio="1:1"), "refuse-ratio"),
        ("apiyi/veo-3.1", replace(CAT, seconds=10), "refuse-seconds"),
        ("apiyi/veo-3.1", replace(CAT, count=5), "refuse-count"),
        ("apiyi/veo-3.1", replace(CAT, seed=7), "refuse-seed"),
        ("apiyi/veo-3.1", replace(CAT, images=(picture(),) * 3), "refuse-images"),
        ("apiyi/veo-3.1", replace(CAT, prompt="x" * 32_001), "prompt-too-long"),
        ("147ai/veo3-pro", replace(CAT, fast=True), "refuse-fast"),
        ("147ai/veo3-pro-frames", CAT, "refuse-no-image"),
        ("whatai/sora-2", replace(CAT, resolution="hd"), "refuse-hd"),
        ("whatai/sora-2-pro", replace(CAT, resolution="4k"), "refuse-resolution"),
        ("apiyi/veo-3.1", replace(CAT, source=TaskRef(id="t")), "refuse-remix"),
        ("whatai/sora-2-pro-videos", replace(CAT, seconds=8), "refuse-seconds"),
        ("apiyi/veo-3.1", replace(CAT, cast_by="apiyi"), "refuse-characters"),
        ("whatai/sora-2-pro", replace(CAT, resolution="hd", seconds=25), "refuse-combination"),
    ],
)
def test_what_a_model_cannot_do_is_refused_with_its_reason(
    key: str, request_: MediaRequest, reason: str
) -> None:
    assert [error.key for error in refusals(model(key), request_)] == [reason]


def test_an_unknown_model_is_refused_with_the_nearest_name() -> None:
    error = refusal(only("apiyi"), replace(CAT, model="veo-3"))

    assert error.key == "model-unknown"
    assert error.details["allowed"] == "veo-3.1"
    assert hint(error) == ("hint-did-you-mean", {"nearest": "veo-3.1"})


def test_a_model_without_its_key_and_one_switched_off_say_so() -> None:
    needs = refusal(only("apiyi"), replace(CAT, model="sora-2"))
    off = refusal(ALL, replace(CAT, model="veo_3_1-fl"))

    assert needs.key == "model-needs-key"
    assert hint_for_admins(needs) == ("hint-needs-key", {"variable": "WHATAI_API_KEY"})
    assert off.key == "model-off"


def test_no_key_at_all_is_said_plainly() -> None:
    assert refusal(only(), CAT).key == "no-model-ready"


def test_what_was_left_open_is_filled_in_before_the_request_is_stored() -> None:
    completed = model("whatai/sora-2").complete(CAT)

    assert (completed.ratio, completed.seconds, completed.model) == ("16:9", 10, "whatai/sora-2")


@pytest.mark.parametrize(
    ("size", "ratio"), [((1080, 1920), "9:16"), ((4000, 3000), "16:9"), ((700, 1000), "9:16")]
)
def test_a_picture_decides_the_shape_when_nobody_says_it(
    size: tuple[int, int], ratio: str
) -> None:
    request = replace(CAT, images=(picture(*size),))

    assert model("apiyi/veo-3.1").complete(request).ratio == ratio


def test_price_and_time_follow_the_options() -> None:
    chosen = model("whatai/sora-2-pro")
    plain = chosen.complete(CAT)
    long_hd = chosen.complete(replace(CAT, seconds=15, resolution="hd"))

    assert (chosen.credits_for(plain), chosen.expected_for(plain)) == (300, 150)
    assert (chosen.credits_for(long_hd), chosen.expected_for(long_hd)) == (750, 750)
    assert chosen.deadline_for(long_hd) == 1800
    assert model("apiyi/veo-3.1").credits_for(replace(CAT, count=4)) == 100


def test_an_operator_adds_changes_and_switches_off(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(
        '[[gateway]]\nname = "mine"\nenv = "MINE"\nbase_url = "https://gate.example/v1"\n'
        '[[gateway]]\nname = "apiyi"\nconcurrency = 9\n'
        '[[model]]\ngateway = "mine"\nname = "new"\ndialect = "video_tasks"\ncredits = 1\n'
        "seconds = { min = 3, max = 9, default = 5 }\nratios = ['*']\n"
        '[[model]]\ngateway = "147ai"\nname = "veo3-fast"\nenabled = false\n'
        '[[model]]\ngateway = "apiyi"\nname = "veo-3.1"\ncredits = 7\n'
    )

    data = load([file], tuple(DIALECTS))
    catalog = Catalog(data=data, ready_gateways=frozenset(data.gateways))

    assert catalog.choose(replace(CAT, ratio="7:3", seconds=4)).key == "mine/new"
    assert catalog.choose(replace(CAT, model="new")).complete(CAT).seconds == 5
    assert catalog.choose(replace(CAT, model="new")).complete(CAT).ratio is None
    assert model("apiyi/veo-3.1", catalog).credits == 7
    assert model("apiyi/veo-3.1", catalog).count == 4
    assert not catalog.is_ready(model("147ai/veo3-fast", catalog))
    assert data.gateways["apiyi"].concurrency == 9
    assert refusal(catalog, replace(CAT, model="new", seconds=10)).details["allowed"] == "3-9"


@pytest.mark.parametrize(
    ("lengths", "group", "seconds"),
    [
        ("{ official = [4, 8], reverse = [10, 15] }", "official", (4, 8)),
        ("{ official = [4, 8], reverse = [10, 15] }", "reverse", (10, 15)),
        ("{ official = { min = 1, max = 9, default = 5 } }", "official", None),
        ("[7]", "official", (7,)),
    ],
)
def test_the_lengths_are_those_that_the_group_of_the_key_is_sold(
    tmp_path: Path, lengths: str, group: str, seconds: tuple[int, ...] | None
) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(
        f'[[model]]\ngateway = "apiyi"\nname = "veo-3.1"\nseconds = {lengths}\n'
        f'[[gateway]]\nname = "apiyi"\ngroup = "{group}"\n'
        '[[gateway]]\nname = "whatai"\ngroup = "official"\n'
    )

    data = load([file], tuple(DIALECTS))

    found = {each.key: each.seconds for each in data.models}
    assert found["apiyi/veo-3.1"] == (seconds or Span(min=1, max=9, default=5))
    assert found["whatai/sora-2-pro-videos"] == (4, 8, 12)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("[[model]", "is not valid TOML"),
        (
            "[[modle]]\nx = 1",
            "[modle] is unknown; use [[gateway]], [[model]], [[chat]] or [[speech]]",
        ),
        ("[model]\nx = 1", "write [[model]] with two brackets"),
        ("model = [1]", "write [[model]] with two brackets"),
        ("[[model]]\nname = 'x'", "[[model]] 1: field gateway: is missing"),
        ("[[gateway]]\nname = 3", "[[gateway]] 1: field name: is missing or not text"),
        (
            "[[model]]\ngateway = 'apiyi'\nname = 'x'\ndialect = 'chat_video'\ncredits = -1",
            "[[model]] 1 (apiyi/x): field credits: ",
        ),
        (
            "[[model]]\ngateway = 'apiyi'\nname = 'veo-3.1'\nimages = { min = 3, max = 2 }",
            "[[model]] 1 (apiyi/veo-3.1): field images: min (3) is larger",
        ),
        (
            "[[model]]\ngateway = 'apiyi'\nname = 'veo-3.1'\nimages = { max = 2, roles = [] }",
            "field images: roles must name at least one role",
        ),
        (
            "[[model]]\ngateway = 'apiyi'\nname = 'veo-3.1'\nvariants = [{ ratoi = '1:1' }]",
            "field variants.0.ratoi: is unknown",
        ),
        (
            "[[model]]\ngateway = 'nope'\nname = 'x'\ndialect = 'chat_video'\ncredits = 1",
            "(nope/x): field gateway: there is no such gateway; available: 147ai, apiyi",
        ),
        (
            "[[model]]\ngateway = 'whatai'\nname = 'sora-2'\nseconds = { official = [4] }",
            "field seconds: no lengths for reverse, the group of this gateway's key",
        ),
        (
            "[[model]]\ngateway = 'whatai'\nname = 'sora-2'\nseconds = { reverse = ['x'] }",
            "[[model]] 1 (whatai/sora-2): field seconds",
        ),
        (
            "[[model]]\ngateway = 'whatai'\nname = 'sora-2'\nseconds = { revers = [4] }",
            "[[model]] 1 (whatai/sora-2): field seconds",
        ),
        (
            "[[gateway]]\nname = 'whatai'\ngroup = 'vip'",
            "(whatai): field group: must be official or reverse",
        ),
        (
            "[[model]]\ngateway = 'apiyi'\nname = 'veo-3.1'\ncredits = 2_000_001",
            "[[model]] 1 (apiyi/veo-3.1): field credits: must be at most 2000000",
        ),
        (
            "[[model]]\ngateway = 'apiyi'\nname = 'veo-3.1'\ncredits = 600_000\ncount = 4",
            "an order could cost 2400000 credits; it may be 2000000 at most",
        ),
        (
            (
                "[[model]]\ngateway = 'apiyi'\nname = 'veo-3.1'\ncredits = 1\ncount = 1\n"
                "priced_by = 'second'\nseconds = { min = 1, max = 30, default = 5 }\n"
                "variants = [{ hd = true, credits = 100_000 }]"
            ),
            "an order could cost 3000000 credits; it may be 2000000 at most",
        ),
        (
            (
                "[[chat]]\ngateway = 'apiyi'\nname = 'x'\ndialect = 'responses'\n"
                "input_credits = inf\noutput_credits = 1"
            ),
            "(apiyi/x): field input_credits: must be a number",
        ),
        (
            (
                "[[speech]]\ngateway = 'apiyi'\nname = 'x'\ndialect = 'transcriptions'\n"
                "minute_credits = 3e6"
            ),
            "(apiyi/x): field minute_credits: must be at most 2000000",
        ),
        (
            "[[model]]\ngateway = 'apiyi'\nname = 'x'\ndialect = 'smoke'\ncredits = 1",
            "field dialect: there is no such dialect; available: ",
        ),
    ],
)
def test_a_bad_file_is_an_error_with_file_table_and_field(
    tmp_path: Path, text: str, complaint: str
) -> None:
    file = tmp_path / "bad.toml"
    file.write_text(text)

    with pytest.raises(CatalogError) as caught:
        load([file], tuple(DIALECTS))

    assert str(caught.value).startswith(f"{file}: ")
    assert complaint in str(caught.value)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    latin = tmp_path / "latin.toml"
    latin.write_bytes(b"# caf\xe9")

    with pytest.raises(CatalogError, match="is not UTF-8 text"):
        load([latin], tuple(DIALECTS))
    with pytest.raises(CatalogError, match="cannot be read: No such file"):
        load([tmp_path / "none.toml"], tuple(DIALECTS))
    with pytest.raises(CatalogError, match="cannot be read: Is a directory"):
        load([tmp_path], tuple(DIALECTS))


def test_all_mistakes_are_told_at_once_and_none_of_them_twice(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text(
        '[[gateway]]\nname = "whatai"\nenv = "what ai"\n'
        '[[model]]\ngateway = "nobody"\nname = "m"\ndialect = "chat_video"\ncredits = 1\n'
        '[[model]]\ngateway = "apiyi"\nname = "veo-3.1"\ncredits = -1\ncount = 99\n'
    )
    (tmp_path / "b.toml").write_text("no toml")

    with pytest.raises(CatalogError) as caught:
        load([tmp_path / "a.toml", tmp_path / "b.toml"], tuple(DIALECTS))

    said = str(caught.value).replace(f"{tmp_path}/", "").splitlines()
    assert [line.partition(";")[0].partition(": Expected")[0] for line in said] == [
        "b.toml: is not valid TOML",
        "a.toml: [[gateway]] 1 (whatai): field env: has the wrong form",
        "a.toml: [[model]] 2 (apiyi/veo-3.1): field count: must be at most 16",
        "a.toml: [[model]] 2 (apiyi/veo-3.1): field credits: must be at least 0",
        "a.toml: [[model]] 1 (nobody/m): field gateway: there is no such gateway",
    ]
