"""What is offered can be ordered, and what cannot be ordered is not offered, in every set-up."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from core.catalog import Ability, Catalog, State, load
from core.commands import COMMANDS, image, video
from core.commands.dispatch import Answer, dispatch
from core.commands.examples import example, first_example
from core.commands.offer import offered
from core.dialects import DIALECTS
from core.engine.engine import Engine
from core.i18n import Locale
from core.invocation import Invocation
from core.media import SOME_PICTURE, MediaRequest
from core.options.grammar import parse
from core.people.access import Policy
from core.platform import ConversationRef, User
from sandbox.options import SandboxOptions
from sandbox.server import serve
from tests.fakes.engine_harness import EngineHarness
from tests.fakes.memory_platform import NAME
from tests.fakes.setups import MAKERS, SETUPS, SetUp

ANN, ADMIN = (User(platform=NAME, id=name) for name in ("ann", "root"))
HERE = ConversationRef(platform=NAME, chat="1")


class Untouchable:
    """A picture that nobody may fetch."""

    name = "cat.png"

    @asynccontextmanager
    async def file(self) -> AsyncGenerator[Path]:
        raise AssertionError("the picture was fetched")
        yield Path()


@dataclass(frozen=True, slots=True)
class Bot:
    """An engine with the keys of a set-up."""

    harness: EngineHarness
    engine: Engine

    async def say(
        self,
        line: str,
        user: User = ANN,
        pictures: tuple[Untouchable, ...] = (),
        *,
        asks: str = "",
    ) -> Answer:
        name, _, rest = line.removeprefix("/").partition(" ")
        invocation = Invocation(
            command=name,
            text=rest,
            user=user,
            conversation=HERE,
            attachments=pictures,
            asks=asks,
        )
        return await dispatch(self.engine, invocation, Locale.EN)

    async def answer(self, line: str, user: User = ANN) -> str:
        answer = await self.say(line, user)
        return answer.view.text if answer.view else ""

    async def refusal(
        self, line: str, user: User = ANN, pictures: tuple[Untouchable, ...] = ()
    ) -> str:
        answer = await self.say(line, user, pictures)
        assert not answer.done
        assert answer.view
        return answer.view.text


@asynccontextmanager
async def bot(folder: Path, set_up: SetUp) -> AsyncGenerator[Bot]:
    options = SandboxOptions(
        state_dir=folder / "sandbox", speed=400, short_side=96, fps=8, seconds_per_clip=6
    )
    async with serve(options) as root:
        harness = EngineHarness(
            folder=folder, root=root, policy=Policy(admins=frozenset({f"{NAME}:root"}))
        )
        harness.gone = frozenset(harness.catalog.data.gateways) - set(set_up.gateways)
        async with harness.engine() as engine:
            yield Bot(harness, engine)


@pytest.fixture(params=SETUPS)
def set_up(request: pytest.FixtureRequest) -> SetUp:
    return SETUPS[request.param]


def request_of(line: str) -> MediaRequest:
    """What a line orders that was typed with no picture, or with one where the line says so."""
    name, _, rest = line.removeprefix("/").partition(" ")
    if name == "image":
        return image.request_of(parse(rest, image.ImageOptions), ())
    return video.request_of(parse(rest, video.VideoOptions), ())


def catalog_of(folder: Path, *stanzas: str) -> Catalog:
    """A catalog in which only these models are ready, all at one gateway."""
    file = folder / "mine.toml"
    gateway = '[[gateway]]\nname = "mine"\nenv = "MINE"\nbase_url = "https://mine.example"\n'
    models = (
        f'[[model]]\ngateway = "mine"\nname = "m{n}"\ndialect = "video_tasks"\ncredits = 1\n{text}'
        for n, text in enumerate(stanzas)
    )
    file.write_text("\n".join((gateway, *models)))
    return Catalog(data=load([file], tuple(DIALECTS)), ready_gateways=frozenset({"mine"}))


def test_only_what_a_ready_model_can_do_is_offered(set_up: SetUp) -> None:
    shown = {command.name for command in offered(set_up.catalog, COMMANDS.values())}

    assert shown == {*set_up.offered, "help"}


@pytest.mark.parametrize("locale", list(Locale))
def test_the_first_example_can_be_ordered(set_up: SetUp, locale: Locale) -> None:
    catalog = set_up.catalog

    shown = first_example(locale, catalog, COMMANDS.values())
    request = request_of(shown)

    assert catalog.route(request)
    assert request.prompt in {"a cat surfing", "一只冲浪的猫"}
    if locale is Locale.EN:
        assert shown == set_up.example


async def test_every_example_of_what_is_offered_is_ordered(set_up: SetUp, tmp_path: Path) -> None:
    async with bot(tmp_path, set_up) as here:
        remixable = here.harness.catalog.able(Ability.REMIX)
        for model in remixable[:1]:
            await here.say(f"/video -m {model.name} a cat")
            await here.engine.idle()
        for name in set_up.makers:
            shown = example(Locale.EN, here.harness.catalog, COMMANDS[name])
            answer = await here.say(shown)

            assert answer.done, (name, answer)
        jobs = await here.engine.jobs_of(ANN)

    ordered = {"video", "image", "remix", "storyboard"} & set(set_up.makers)
    assert len(jobs) == len(ordered) + len(remixable[:1])


async def test_what_is_not_offered_says_why_before_anything_is_fetched(
    set_up: SetUp, tmp_path: Path
) -> None:
    reasons = {
        "image": "This bot has no model for pictures.",
        "remix": "This bot has no model that can change a finished video.",
        "storyboard": "This bot has no model for storyboards.",
        "character": "This bot has no model for characters.",
        "characters": "This bot has no model for characters.",
    }
    async with bot(tmp_path, set_up) as here:
        for name in set(MAKERS) - set(set_up.makers):
            words = example(Locale.EN, here.harness.catalog, COMMANDS[name])
            for line in (words, f"/{name}", f"/{name} --oops"):
                assert await here.refusal(line, pictures=(Untouchable(),)) == reasons[name]
        jobs = await here.engine.jobs_of(ANN)
        shown = await here.answer("/help")

    assert jobs == []
    assert here.harness.paid == 0
    offered_ = {line.split(":")[0] for line in shown.splitlines() if line.startswith("/")}
    assert offered_ == {f"/{name}" for name in (*set_up.offered, "help")}
    assert shown.splitlines()[-1] == f"Example: {set_up.example}"


async def test_help_is_a_line_for_each_command_and_has_the_options_of_one(tmp_path: Path) -> None:
    async with bot(tmp_path, SETUPS["apiyi"]) as here:
        short = await here.answer("/help", ADMIN)
        same = {
            await here.answer(f"/help {said}") for said in ("video", "/Video", "／视频", "视频")
        }
        status = await here.answer("/help status")
        misspelled = await here.refusal("/help vido")
        impossible = await here.refusal("/help storyboard")

    assert not [line for line in short.splitlines() if line.startswith(" ")]
    assert short.splitlines()[-2] == "What options a command has: /help video"
    (video,) = same
    assert video.splitlines()[0] == "/video: make a video from words and pictures"
    assert "  length: 15s (--seconds, --dur)" in video.splitlines()
    assert video.splitlines()[-1].startswith("Example: /video")
    assert status == "/status: show your running and waiting jobs"
    assert misspelled.splitlines() == [
        "There is no command /vido. /help lists all commands.",
        "Did you mean /help video?",
    ]
    assert impossible == "This bot has no model for storyboards."


async def test_no_model_for_it_and_no_model_at_all_are_different_sentences(
    tmp_path: Path,
) -> None:
    async with bot(tmp_path, replace(SETUPS["147ai"], gateways=())) as here:
        nothing = {await here.refusal(f"/{name} a cat") for name in ("video", "image")}
        models = await here.refusal("/models")
        admin = await here.refusal("/video a cat", ADMIN)

    assert nothing == {models} == {"This bot has no models yet, so it cannot make anything."}
    assert admin.splitlines()[1:] == [
        "Set the key of a gateway; `cliprelay doctor` says which are missing.",
        "seedance-2.0 could, but WHATAI_API_KEY is missing.",
    ]


async def test_only_admins_are_told_variables_and_retired_models(tmp_path: Path) -> None:
    lines = ("/image a cat", "/video -m sora-2 a cat", "/video square a cat", "/video -m x a cat")
    async with bot(tmp_path, SETUPS["apiyi"]) as here:
        users = [await here.refusal(line) for line in (*lines, "/storyboard 15s a cat")]
        admins = [await here.refusal(line, ADMIN) for line in (*lines, "/storyboard 15s a cat")]
        listed, all_listed = [await here.answer("/models all", who) for who in (ANN, ADMIN)]

    assert [text.splitlines()[0] for text in admins] == [text.splitlines()[0] for text in users]
    told = "\n".join([*users, listed])
    assert "_API_KEY" not in told
    assert "retired" not in told
    assert "sora-2 " in told  # named by the user
    assert "nano-banana" not in told
    assert "WHATAI_API_KEY is missing." in admins[1]
    assert "seedance-2.0 could, but WHATAI_API_KEY is missing." in admins[2]
    assert "sandbox-video could, but SANDBOX_API_KEY is missing." in admins[4]
    assert "needs WHATAI_API_KEY" in all_listed
    assert listed.splitlines()[0] == "Videos (1)"
    assert len(listed.splitlines()) == 2


async def test_a_retired_model_is_used_where_it_is_named(tmp_path: Path) -> None:
    async with bot(tmp_path, SETUPS["whatai"]) as here:
        typed = await here.say("/storyboard -m sora-2 10s a cat")
        await here.say("/settings model sora-2-pro")
        preferred = await here.say("/storyboard 10s a cat")
        shown = await here.answer("/help")
        (second, first) = await here.engine.jobs_of(ANN)

    assert typed.done
    assert preferred.done
    assert "/storyboard" in shown
    assert [first.model_name, second.model_name] == ["sora-2", "sora-2-pro"]


async def test_a_video_of_a_retired_model_names_it_for_its_remix(tmp_path: Path) -> None:
    async with bot(tmp_path, SETUPS["whatai"]) as here:
        await here.say("/video -m sora-2-videos a cat")
        await here.engine.idle()
        asked = await here.say("/remix", asks="prompt")
        remixed = await here.say("/remix in snow")
        await here.say("/video a dog")
        await here.engine.idle()
        other = await here.refusal("/remix in snow")
        (_, second, _) = await here.engine.jobs_of(ANN)

    assert asked.asks
    assert remixed.done
    assert second.request.source
    assert other == "This bot has no model that can change a finished video."


async def test_a_character_is_paid_for_only_where_it_can_be_used(tmp_path: Path) -> None:
    async with bot(tmp_path, SETUPS["whatai"]) as here:
        await here.say("/video -m sora-2 a cat")
        await here.engine.idle()
        paid = here.harness.paid
        unusable = await here.refusal("/character 1-3 tom")
        link = await here.refusal("/character 1-3 tom --url https://host.example/v.mp4")
        refused_at = here.harness.paid
        await here.say("/settings model sora-2")
        usable = await here.answer("/character 1-3 tom")

    assert unusable == link == "This bot has no model for characters."
    assert refused_at == paid
    assert "@tom" in usable


async def test_a_character_is_made_only_of_a_video_whose_model_knows_them(
    tmp_path: Path,
) -> None:
    async with bot(tmp_path, SETUPS["sandbox"]) as here:
        refused: list[str] = []
        for model in ("sandbox-seedance", "147ai/veo3-fast", "whatai/sora-2"):
            await here.say(f"/video -m {model} a cat")
            await here.engine.idle()
            paid = here.harness.paid
            refused.append(await here.refusal("/character 1-3 tom"))
            assert here.harness.paid == paid

    assert refused == [
        "Videos made by sandbox-seedance cannot be used for characters.",
        "Videos made by veo3-fast cannot be used for characters.",
        "Videos made by sora-2 cannot be used for characters.",
    ]


@pytest.mark.parametrize(
    ("stanza", "shown"),
    [
        ('ratios = ["1:1", "4:3"]\nseconds = [4, 6]', "/video square 6s a cat surfing"),
        ('ratios = ["4:3", "3:4"]', "/video 4:3 a cat surfing"),
        ('ratios = ["16:9"]\nseconds = [5]', "/video a cat surfing"),
        ("seconds = { min = 3, max = 9, default = 5 }", "/video 9s a cat surfing"),
        ('kind = "image"\nratios = ["1:1", "16:9"]', "/image landscape a lighthouse at night"),
        ("enabled = false", "/help"),
        ('state = "retired"', "/help"),
        (
            'images = { min = 1, max = 1 }\nratios = ["16:9", "9:16"]',
            "/video portrait a cat surfing (with a picture)",
        ),
    ],
)
def test_the_example_shows_what_there_is_to_choose(
    tmp_path: Path, stanza: str, shown: str
) -> None:
    catalog = catalog_of(tmp_path, stanza)

    told = first_example(Locale.EN, catalog, COMMANDS.values())

    assert told == shown
    if not told.startswith("/help"):
        bare = request_of(told.removesuffix(" (with a picture)"))
        pictures = (SOME_PICTURE,) if bare.prompt != told and "(with" in told else ()
        assert catalog.can(replace(bare, images=pictures))


def test_shape_and_length_of_the_example_go_together(tmp_path: Path) -> None:
    short_portraits = 'ratios = ["9:16", "1:1"]\nseconds = [4, 8]'
    long_films = 'ratios = ["16:9", "1:1"]\nseconds = [15, 25]'

    told = first_example(
        Locale.EN, catalog_of(tmp_path, short_portraits, long_films), COMMANDS.values()
    )

    assert told == "/video portrait 8s a cat surfing"


def test_a_storyboard_is_only_offered_where_its_length_can_be_chosen(tmp_path: Path) -> None:
    shown = [
        example(Locale.EN, catalog, COMMANDS["storyboard"])
        for catalog in (catalog_of(tmp_path, "storyboard = true\nseconds = [5, 9]"),)
    ]

    assert shown == ["/storyboard 4.5s a plane takes off\n4.5s it lands"]
    assert catalog_of(tmp_path, "storyboard = true").able(Ability.STORYBOARD) == ()


def test_what_is_set_aside_comes_last_and_still_counts() -> None:
    catalog = SETUPS["147ai"].catalog
    names = [model.name for model in catalog.able(Ability.VIDEO)]

    catalog.cooldown.put(f"147ai/{names[0]}")

    assert [model.name for model in catalog.able(Ability.VIDEO)] == [*names[1:], names[0]]
    assert all(model.state is not State.RETIRED for model in catalog.able(Ability.VIDEO))
