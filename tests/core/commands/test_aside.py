"""/aside and /unaside: an admin decides which models are not chosen by themselves."""

from collections import Counter
from collections.abc import AsyncGenerator
from dataclasses import replace
from pathlib import Path

import pytest

from core.catalog.cooldown import Aside
from tests.fakes.community import ANN, DESK, ROOT, Community, opened
from tests.fakes.engine_harness import FOUR, TASKS
from tests.fakes.memory_platform import NAME


@pytest.fixture
async def community(tmp_path: Path) -> AsyncGenerator[Community]:
    async with opened(tmp_path) as community:
        yield community


async def test_a_model_is_set_aside_and_taken_back(community: Community) -> None:
    cooldown = community.engine.services.catalog.cooldown
    said = await community.say(f"aside {TASKS} 90", ROOT)
    shown = [
        await community.say(each, ROOT, place=DESK) for each in ("gateways", f"models {TASKS}")
    ]
    minutes = cooldown.minutes_left(TASKS)
    ended = await community.say(f"unaside {TASKS}", ROOT)

    assert said.startswith("Set aside until 20")
    assert minutes == 90
    assert ["set aside by an admin until" in each for each in shown] == [True, True]
    assert ended == f"Chosen again: {TASKS}"
    assert TASKS not in cooldown
    audit = await community.say("audit aside", ROOT, place=DESK)
    assert audit.endswith(f"{NAME}:root in {NAME}:1: /aside {TASKS} 90m")


async def test_how_long_may_have_a_unit(community: Community) -> None:
    await community.say(f"aside {TASKS} 2h", ROOT)

    assert community.engine.services.catalog.cooldown.minutes_left(TASKS) == 120


async def test_it_lasts_a_day_over_a_restart(tmp_path: Path) -> None:
    async with opened(tmp_path) as community:
        await community.say(f"aside {TASKS}", ROOT)
        await community.say(f"aside {FOUR}", ROOT)
        await community.say(f"unaside {FOUR}", ROOT)
    async with community.harness.engine() as engine:
        cooldown = engine.services.catalog.cooldown
        assert cooldown.minutes_left(TASKS) == 24 * 60
        assert FOUR not in cooldown
        restarted = replace(community, engine=engine)
        await restarted.say(f"unaside {TASKS}", ROOT)
        assert TASKS not in cooldown


async def test_without_its_gateway_it_is_meant_at_all_of_them(community: Community) -> None:
    catalog = community.engine.services.catalog
    names = Counter(model.name for model in catalog.data.served)
    name, _ = names.most_common(1)[0]
    named = {model.key for model in catalog.data.served if model.name == name}
    said = await community.say(f"aside {name.upper()}", ROOT)

    assert len(named) > 1
    assert {key for key in named if key in catalog.cooldown} == named
    assert all(key in said for key in named)


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("aside", "Which model? /aside MODEL"),
        ("aside nothing", "There is no model “nothing”"),
        ("unaside nothing", "There is no model “nothing”"),
        (f"unaside {TASKS}", f"This is not set aside: {TASKS}"),
        (f"aside {TASKS} 0", "minutes"),
        (f"aside {TASKS} 99999", "minutes"),
        (f"aside -5 {TASKS}", "How long must be 1 to 43,200 minutes"),
        (f"aside {TASKS} 1e9", "How long must be 1 to 43,200 minutes"),
        (f"aside {TASKS} 31d", "How long must be 1 to 43,200 minutes"),
    ],
)
async def test_what_is_refused_changes_nothing(
    community: Community, line: str, answer: str
) -> None:
    assert answer in await community.say(line, ROOT)
    assert TASKS not in community.engine.services.catalog.cooldown
    audit = await community.say("audit", ROOT, place=DESK)
    assert audit == "No admin has changed anything yet."


async def test_nobody_but_admins_decides(community: Community) -> None:
    said = await community.say(f"aside {TASKS}", ANN, runs_chat=True)
    assert said == "Only this bot's admins can do that."


async def test_a_gateway_does_not_shorten_what_an_admin_wants(community: Community) -> None:
    services = community.engine.services
    await community.say(f"aside {TASKS} 120", ROOT)
    services.catalog.cooldown.put(TASKS)
    await services.asides.add(TASKS, Aside(seconds=60.0))

    assert services.catalog.cooldown.minutes_left(TASKS) == 120
    kept = (await services.asides.load())[TASKS]
    assert kept.by == f"{NAME}:root"
    assert kept.seconds > 7000
