"""/models: what can be used now, in short; then one kind, one model, or all."""

from collections.abc import AsyncGenerator
from dataclasses import replace
from itertools import chain
from pathlib import Path

import pytest

from core.catalog.cooldown import Aside
from core.people.access import Policy
from tests.fakes.community import ANN, ROOT, Community, opened
from tests.fakes.engine_harness import TASKS, EngineHarness
from tests.fakes.memory_platform import NAME


@pytest.fixture
async def community(tmp_path: Path) -> AsyncGenerator[Community]:
    async with opened(tmp_path) as community:
        yield community


def names(said: str) -> list[str]:
    """The models of an answer, in its order, as "gateway/name"."""
    lines = [line.partition("): ") for line in said.splitlines() if "): " in line]
    return ["/".join(reversed(head.split(" ("))) for head, _, _ in lines]


async def test_many_models_are_shown_as_the_first_of_each_kind(community: Community) -> None:
    ready = community.engine.services.catalog
    counts = {
        kind: sum(ready.is_ready(each) and each.sort == kind for each in ready.data.served)
        for kind in ("video", "image", "chat", "speech")
    }
    said = await community.say("models")
    blocks = [block.splitlines() for block in said.split("\n\n")]

    assert [block[0] for block in blocks[:4]] == [
        f"Videos ({counts['video']})",
        f"Pictures ({counts['image']})",
        f"Answers to questions ({counts['chat']})",
        f"Speech into words ({counts['speech']})",
    ]
    assert blocks[0][-1] == f"… {counts['video'] - 5} more: /models video"
    assert blocks[2][-1] == f"… {counts['chat'] - 5} more: /models chat"
    assert len(names("\n".join(blocks[0]))) == 5
    assert len(names("\n".join(blocks[3]))) == counts["speech"]
    assert all(line.endswith(" · ready") for line in blocks[0][1:4])
    assert said.endswith("All of them: /models all")


async def test_what_a_short_answer_names_is_shown_when_it_is_asked_for(
    community: Community,
) -> None:
    everything = names(await community.say("models all"))
    short = await community.say("models")
    kinds = [names(await community.say(f"models {kind}")) for kind in ("video", "图片", "chat")]
    one = short.rpartition("One of them: /models ")[2].partition(". All")[0]

    assert len(everything) == len(set(everything)) > 40
    assert set(names(short)) < set(everything)
    assert [len(kind) > 6 for kind in kinds] == [True] * 3
    assert [*chain.from_iterable(kinds)] == everything[: sum(map(len, kinds))]
    assert {key.partition("/")[2] for key in names(await community.say(f"models {one}"))} == {one}


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        (TASKS, [TASKS]),
        (TASKS.upper(), [TASKS]),
        ("sandbox-vid", ["sandbox/sandbox-video", "sandbox/sandbox-videos"]),
    ],
)
async def test_a_model_is_shown_by_its_name_or_a_part_of_it(
    community: Community, line: str, shown: list[str]
) -> None:
    assert set(shown) <= set(names(await community.say(f"models {line}")))
    assert len(names(await community.say(f"models {line}"))) < 10


async def test_a_name_that_nothing_has_is_refused_with_the_nearest(community: Community) -> None:
    said = await community.say("models sandbox-vidoe")

    assert (
        said
        == "There is no model “sandbox-vidoe”; /models lists them.\nDid you mean sandbox-video?"
    )


async def test_what_may_not_be_had_comes_last(community: Community) -> None:
    first, *_ = names(await community.say("models video"))
    aside = Aside(seconds=60.0, by=str(ROOT.party))
    community.engine.services.catalog.cooldown.decide(first, aside)

    assert names(await community.say("models video"))[-1] == first
    assert first not in names(await community.say("models"))


async def test_few_are_shown_at_once_and_admins_learn_of_the_others(
    harness: EngineHarness,
) -> None:
    harness.policy = Policy(admins=frozenset({f"{NAME}:root"}))
    async with harness.engine() as engine:
        catalog = replace(engine.services.catalog, ready_gateways=frozenset({"apiyi"}))
        engine.services = replace(engine.services, catalog=catalog)
        here = Community(harness, engine)
        anns, roots = await here.say("models", ANN), await here.say("models", ROOT)
        everything = await here.say("models all", ROOT)
        none = await here.say("models speech")

    assert names(anns) == ["apiyi/veo-3.1"]
    assert "/models" not in anns
    assert roots.startswith(f"{anns}\n\n")
    assert roots.endswith("more cannot be used now (no key, or switched off): /models all")
    assert f"{len(names(everything)) - 1} more cannot" in roots
    assert none == "No model of that kind is ready: speech. /models shows what there is."
