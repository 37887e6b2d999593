"""Chat models in the catalog: who can answer this, right now; and never in place of a maker."""

from dataclasses import replace
from pathlib import Path

import pytest

import sandbox
from core.catalog import Ability, Catalog, ChatAbility, ChatModel, load, needs_of
from core.catalog.cooldown import Cooldown
from core.dialects import CHAT_DIALECTS, DIALECTS
from core.errors import CatalogError, UserError
from core.media import MediaKind, MediaRequest
from core.talk import Asked, MediaLink, Question, Schema, Tool, Usage

OWN = Path(sandbox.__file__).parent / "catalog.toml"
DATA = load((OWN,), tuple(DIALECTS), tuple(CHAT_DIALECTS))
ALL = Catalog(data=DATA, ready_gateways=frozenset(DATA.gateways))
WHATAI = replace(ALL, ready_gateways=frozenset({"whatai"}))
A = ChatAbility
NOWHERE = (
    'gateway = "no"\nname = "m"\ndialect = "responses"\ninput_credits = 1\noutput_credits = 1'
)
HI = Question(turns=(Asked(text="hi"),))


def load_own(tmp_path: Path, text: str) -> Catalog:
    file = tmp_path / "own.toml"
    file.write_text(text, encoding="utf-8")
    data = load((OWN, file), tuple(DIALECTS), tuple(CHAT_DIALECTS))
    return Catalog(data=data, ready_gateways=frozenset(data.gateways))


def names(*needs: ChatAbility, catalog: Catalog = WHATAI, name: str = "") -> list[str]:
    return [model.name for model in catalog.route_chat(needs, name)]


def test_every_dialect_of_answers_has_a_preset() -> None:
    presets = load((), tuple(DIALECTS), tuple(CHAT_DIALECTS)).chats

    assert {model.dialect for model in presets} == set(CHAT_DIALECTS)


def test_what_is_known_to_work_comes_first_then_the_cheapest() -> None:
    assert names(A.CHAT)[:2] == ["gpt-4.1", "gpt-4o"]
    assert "gpt-4o-2024-08-06" not in names(A.CHAT)
    assert names(A.WATCHING) == ["gemini-2.5-pro-chat", "gemini-2.5-pro"]
    assert names(A.SEARCH) == ["o3-deep-research-2025-06-26"]
    assert names(A.VISION, A.TOOLS, A.STRUCTURE)[0] == "gpt-4.1"


def test_a_preferred_gateway_comes_before_a_price() -> None:
    first = replace(ALL, order=("whatai",)).route_chat([A.CHAT])[0]

    assert first.key == "whatai/gpt-4.1"
    assert ALL.route_chat([A.CHAT])[0].gateway == "openrouter"


def test_what_is_set_aside_is_asked_last() -> None:
    catalog = replace(WHATAI, cooldown=Cooldown())
    catalog.cooldown.put("whatai/gpt-4.1")

    found = names(A.CHAT, catalog=catalog)
    assert (found[0], found[-1]) == ("gpt-4o", "gpt-4.1")
    assert catalog.able(A.CHAT)[-1].name == "gpt-4.1"


def test_a_retired_model_answers_who_names_it() -> None:
    assert names(A.CHAT, name="claude-3-7-sonnet-20250219") == ["claude-3-7-sonnet-20250219"]
    assert "claude-3-7-sonnet-20250219" not in [each.name for each in WHATAI.able(A.THINKING)]
    named = WHATAI.able(A.THINKING, "Claude-3-7-Sonnet-20250219")
    assert "claude-3-7-sonnet-20250219" in [each.name for each in named]


@pytest.mark.parametrize("ability", ChatAbility)
def test_without_a_key_nobody_can(ability: ChatAbility) -> None:
    catalog = replace(ALL, ready_gateways=frozenset({"apiyi"}))

    assert catalog.able(ability) == ()
    assert not catalog.knows(ability)
    with pytest.raises(UserError) as caught:
        catalog.route_chat([ability])
    assert caught.value.key == "no-model-for"
    assert [hint.key for hint in caught.value.for_admins] == ["hint-could-with-key"]


def test_a_model_that_lacks_it_says_so_and_who_could() -> None:
    with pytest.raises(UserError) as caught:
        WHATAI.route_chat([A.CHAT, A.WATCHING], "gpt-4o")

    assert caught.value.key == "chat-cannot"
    assert caught.value.details == {"model": "gpt-4o", "ability": "watching"}
    (hint,) = caught.value.hints
    assert hint.details == {"models": "gemini-2.5-pro-chat, gemini-2.5-pro"}


def test_what_only_different_models_can_is_refused_together() -> None:
    with pytest.raises(UserError) as caught:
        WHATAI.route_chat([A.SEARCH, A.WATCHING])

    assert caught.value.key == "chat-cannot-together"


def test_a_chat_model_makes_nothing_and_a_maker_answers_nothing() -> None:
    with pytest.raises(UserError) as made:
        ALL.choose(MediaRequest(prompt="a cat", model="gpt-4o"))
    with pytest.raises(UserError) as answered:
        ALL.route_chat([A.CHAT], "veo-3.1")

    assert (made.value.key, answered.value.key) == ("model-of-other-sort",) * 2
    assert "gpt-4o" not in str(made.value.details["allowed"]).split(", ")
    for ability in Ability:
        assert not any(isinstance(model, ChatModel) for model in ALL.able(ability))


def test_an_unknown_name_is_told_the_nearest_chat_model() -> None:
    with pytest.raises(UserError) as caught:
        WHATAI.route_chat([A.CHAT], "gpt-4oo")

    assert caught.value.key == "model-unknown"
    assert [hint.details for hint in caught.value.hints] == [{"nearest": "gpt-4o"}]


def test_with_chat_models_alone_videos_are_refused_as_such(tmp_path: Path) -> None:
    catalog = load_own(
        tmp_path,
        """
        [[gateway]]
        name = "router"
        env = "ROUTER"
        base_url = "https://openrouter.ai/api"

        [[chat]]
        gateway = "router"
        name = "small"
        wire = "vendor/small"
        dialect = "chat_completions"
        input_credits = 10
        output_credits = 40
        """,
    )
    only = replace(catalog, ready_gateways=frozenset({"router"}))

    assert [model.wire_names for model in only.route_chat([A.CHAT])] == [{"vendor/small"}]
    assert only.lacks(Ability.VIDEO).key == "no-model-for"


@pytest.mark.parametrize(
    ("line", "field"),
    [
        ('dialect = "chat_video"', "dialect"),
        ("vision = 3", "vision"),
        ("ratios = []", "ratios"),
        ("input_credits = -1", "input_credits"),
        (NOWHERE, "gateway"),
    ],
)
def test_a_mistake_in_a_chat_table_is_named(tmp_path: Path, line: str, field: str) -> None:
    head = "" if line.startswith("gateway") else 'gateway = "whatai"\nname = "gpt-4o"\n'

    with pytest.raises(CatalogError, match=rf"\[\[chat\]\] 1 .*field {field}"):
        load_own(tmp_path, f"[[chat]]\n{head}{line}\n")


def test_a_question_says_what_it_needs() -> None:
    video = MediaLink(kind=MediaKind.VIDEO, url="https://host/a.mp4", mime="video/mp4")
    picture = replace(video, kind=MediaKind.IMAGE)
    shown = Question(turns=(Asked(text="?", media=(video, picture)), Asked(text="and?")))
    tool = Tool(name="t", description="", parameters={})
    schema = Schema(name="s", schema={})

    assert needs_of(HI) == {A.CHAT}
    assert needs_of(shown) == {A.CHAT, A.VISION, A.WATCHING}
    asked = replace(HI, tools=(tool,), schema=schema, searches=True, thinks=True)
    assert needs_of(asked) == {A.CHAT, A.TOOLS, A.STRUCTURE, A.SEARCH, A.THINKING}


def test_an_answer_costs_what_its_tokens_cost() -> None:
    (model,) = WHATAI.named_chat("gpt-4o")

    assert model.credits_for(Usage(1_000_000, 0)) == 250
    assert model.credits_for(Usage(1000, 500)) == 0.75
