"""What its provider ends, or its gateway does not list, is used for want of others or by name."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from core.catalog import Catalog, Lists, compare, load
from core.commands.models import readiness
from core.dialects import CHAT_DIALECTS, DIALECTS
from core.errors import CatalogError
from core.i18n import Locale
from core.media import MediaRequest

DAY = date(2026, 12, 24)
CAT = MediaRequest(prompt="a cat")
STANZAS = """
[[model]]
gateway = "xai"
name = "grok-imagine-video-1.5-lite"
until = 2026-12-24

[[chat]]
gateway = "xai"
name = "cheap"
dialect = "chat_completions"
input_credits = 1
output_credits = 1
until = 2026-12-24

[[chat]]
gateway = "xai"
name = "dear"
dialect = "chat_completions"
input_credits = 2
output_credits = 2

[[speech]]
gateway = "xai"
name = "ear"
dialect = "transcriptions"
minute_credits = 1
until = 2026-12-24

[[speech]]
gateway = "xai"
name = "dear-ear"
dialect = "transcriptions"
minute_credits = 2
"""
ENDING = "grok-imagine-video-1.5-lite"


@pytest.fixture
def catalog(tmp_path: Path) -> Catalog:
    """On the day before the end."""
    file = tmp_path / "mine.toml"
    file.write_text(STANZAS)
    data = load([file], tuple(DIALECTS), tuple(CHAT_DIALECTS))
    before = date(2026, 12, 23)
    return Catalog(data=data, ready_gateways=frozenset({"xai"}), today=lambda: before)


def chosen(catalog: Catalog) -> tuple[str, str, str]:
    return (
        catalog.choose(CAT).name,
        catalog.route_chat(())[0].name,
        catalog.listeners[0].name,
    )


def test_until_the_day_nothing_changes_and_then_others_come_first(catalog: Catalog) -> None:
    later = replace(catalog, today=lambda: DAY)

    assert chosen(catalog) == (ENDING, "cheap", "ear")
    assert chosen(later) == ("grok-imagine-video", "dear", "dear-ear")


def test_what_has_ended_can_be_named_and_is_taken_where_nothing_else_can(catalog: Catalog) -> None:
    later = replace(catalog, today=lambda: DAY)
    fine = replace(CAT, resolution="1080p")
    later.cooldown.put("xai/grok-imagine-video-1.5")

    assert later.choose(replace(CAT, model=ENDING)).name == ENDING
    # What was refused just now is the last of all.
    assert later.choose(fine).name == ENDING


def test_what_is_not_listed_ranks_like_what_has_ended(catalog: Catalog) -> None:
    ours = [model for model in catalog.data.served if model.gateway == "xai"]
    lists: Lists = {
        "video": frozenset({"grok-imagine-video", "grok-imagine-video-1.5"}),
        "chat": frozenset({"dear"}),
        "speech": frozenset({"dear-ear"}),
    }

    catalog.listed.put(compare(ours, lists))

    assert chosen(catalog) == ("grok-imagine-video", "dear", "dear-ear")


def test_a_sort_of_which_nothing_is_listed_is_as_it_was(catalog: Catalog) -> None:
    ours = [model for model in catalog.data.served if model.gateway == "xai"]

    catalog.listed.put(compare(ours, {"video": frozenset(), "chat": frozenset({"dear"})}))

    assert chosen(catalog) == (ENDING, "dear", "ear")


def test_the_list_of_models_says_so(catalog: Catalog) -> None:
    model = catalog.get(f"xai/{ENDING}")
    assert model

    assert readiness(Locale.EN, catalog, model) == "not proven at this gateway yet"
    later = replace(catalog, today=lambda: DAY)
    assert readiness(Locale.EN, later, model) == "ended on 2026-12-24 (still usable by name)"


def test_a_day_that_is_none_is_a_mistake_of_the_file(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(STANZAS.replace("2026-12-24", '"soon"'))

    with pytest.raises(CatalogError, match="field until"):
        load([file], tuple(DIALECTS), tuple(CHAT_DIALECTS))
