"""Each platform offers what the models that are ready can do, in every set-up."""

import asyncio
import re
from pathlib import Path
from typing import cast

import pytest
from prompt_toolkit.completion import CompleteEvent
from prompt_toolkit.document import Document
from simcord.enums import InteractionType

from bots.console.menu import CommandCompleter
from bots.discord.form import form
from bots.discord.incoming import GivenCommand
from bots.discord.slash import definitions
from bots.discord.suggestions import suggest
from bots.telegram.form import offer_of
from bots.telegram.menu import commands
from core.commands import COMMANDS
from core.i18n import Locale
from tests.fakes.cli import run, terminal
from tests.fakes.discord.bot import PUBLISHED, discord_bot
from tests.fakes.discord.people import raw_channel
from tests.fakes.discord.wire import Json
from tests.fakes.setups import ADMINS, MAKERS, OTHERS, PRESETS, SETUPS, SetUp
from tests.fakes.telegram.bot import telegram_bot

ALONE = frozenset({"sandbox", *OTHERS, *PRESETS})


@pytest.fixture(params=SETUPS)
def set_up(request: pytest.FixtureRequest) -> SetUp:
    return SETUPS[request.param]


@pytest.mark.parametrize("locale", list(Locale))
def test_telegram_lists_what_can_be_done(set_up: SetUp, locale: Locale) -> None:
    listed = [command.command for command in commands(locale, set_up.catalog)]

    assert listed == [*set_up.offered, "help"]


def test_discord_defines_what_can_be_done(set_up: SetUp) -> None:
    defined = definitions(COMMANDS.values(), set_up.catalog, everywhere=True)
    slash = [each["name"] for each in defined if each["type"] == 1]
    menus = [each["name"] for each in defined if each["type"] == 3]

    assert slash == [*set_up.offered, *ADMINS, "help"]
    assert menus == ["Animate this", *(["Remix"] if "remix" in set_up.makers else [])]


def test_the_console_completes_what_can_be_done(set_up: SetUp) -> None:
    completer = CommandCompleter(set_up.catalog)

    found = completer.get_completions(Document("/"), CompleteEvent())
    completed = [completion.text for completion in found]

    assert completed == [f"/{name}" for name in (*set_up.offered, *ADMINS, "help")]


@pytest.mark.parametrize(
    ("name", "ratios", "lengths", "has_hd"),
    [
        ("147ai", (), (8,), False),
        ("apiyi", ("9:16", "16:9"), (8,), False),
        ("whatai", ("9:16", "16:9", "1:1"), (2, 9, 15), True),
        ("sandbox", ("9:16", "16:9", "1:1"), (1, 31, 60), True),
    ],
)
def test_the_form_on_telegram_offers_what_there_is_to_choose(
    name: str, ratios: tuple[str, ...], lengths: tuple[int, ...], *, has_hd: bool
) -> None:
    offer = offer_of(SETUPS[name].catalog)

    assert (offer.ratios, offer.lengths, offer.has_hd) == (ratios, lengths, has_hd)


@pytest.mark.parametrize(
    ("name", "command", "fields"),
    [
        ("147ai", "video", {"seconds": ["8"]}),
        ("apiyi", "video", {"ratio": ["9:16", "16:9"], "seconds": ["8"]}),
        (
            "whatai",
            "image",
            {"ratio": ["9:16", "16:9", "1:1"], "resolution": ["hd", "1k", "2k", "4k"]},
        ),
    ],
)
def test_the_form_on_discord_offers_what_there_is_to_choose(
    name: str, command: str, fields: dict[str, list[str]]
) -> None:
    draft = GivenCommand(name=command)

    shown = form("1", COMMANDS[command], draft, SETUPS[name].catalog, Locale.EN).to_dict()

    parts = [part["component"] for part in shown["components"] if "component" in part]
    chosen = {p["custom_id"]: [o["value"] for o in p["options"]] for p in parts if "options" in p}
    assert chosen == fields


@pytest.mark.parametrize(
    ("name", "command", "option", "shown"),
    [
        ("apiyi", "video", "ratio", ["9:16", "16:9"]),
        ("147ai", "video", "ratio", []),
        ("sandbox", "video", "ratio", ["9:16", "16:9", "1:1"]),
        ("apiyi", "video", "model", ["veo-3.1"]),
        ("apiyi", "image", "model", []),
        ("apiyi", "settings", "model", ["veo-3.1"]),
        ("sandbox", "storyboard", "model", ["sandbox-video"]),
    ],
)
def test_discord_suggests_only_what_can_be_done(
    name: str, command: str, option: str, shown: list[str]
) -> None:
    typed = GivenCommand(name=command)

    values = suggest(SETUPS[name].catalog, COMMANDS[command], typed, option, 0)

    assert values == shown


def test_a_picture_that_is_still_to_come_rules_out_no_model_by_its_size() -> None:
    typed = GivenCommand(name="video")

    values = suggest(SETUPS["whatai"].catalog, COMMANDS["video"], typed, "model", 1)

    assert "seedance-2.0" in values


async def test_telegram_is_told_of_a_new_key_at_the_next_start(tmp_path: Path) -> None:
    async with telegram_bot(tmp_path) as here:
        for set_up, calls in ((SETUPS["apiyi"], 6), (SETUPS["whatai"], 12)):
            here.harness.gone = ALONE - set(set_up.gateways)
            async with here.bot():
                await here.telegram.until(
                    lambda calls=calls: len(here.telegram.called("setMyCommands")) == calls
                )
            listed = [
                [command["command"] for command in menu]
                for menu in here.telegram.commands.values()
            ]
            assert listed == [[*set_up.offered, "help"]] * 6


async def test_discord_is_told_of_a_new_key_at_the_next_start(tmp_path: Path) -> None:
    async with discord_bot(tmp_path) as here:
        for set_up, calls in ((SETUPS["apiyi"], 1), (SETUPS["whatai"], 2)):
            here.harness.gone = ALONE - set(set_up.gateways)
            async with here.bot():
                published = here.server.called(PUBLISHED)

            assert len(published) == calls
            names = [command["name"] for command in cast("list[Json]", published[-1].json)]
            assert {*set_up.makers} == set(names) & set(MAKERS)


async def test_a_command_that_nothing_can_do_opens_no_form_and_says_why(tmp_path: Path) -> None:
    async with discord_bot(tmp_path) as here:
        here.harness.gone = ALONE - {"apiyi"}
        async with here.bot():
            data: Json = {"id": "1", "name": "image", "type": 1, "options": []}
            where = raw_channel(here.server.world, here.channel)
            asked = where.interact(here.ada, InteractionType.APPLICATION_COMMAND, data)
            await here.until_shown("This bot has no model for pictures.")

    assert asked.modal is None


async def test_telegram_says_why_whatever_is_replied_to(tmp_path: Path) -> None:
    async with telegram_bot(tmp_path) as here:
        here.harness.gone = ALONE - {"apiyi"}
        async with here.bot():
            here.telegram.say(here.chat, here.ada, "/video a cat")
            await here.until_shown("Done in")
            (video,) = here.videos()
            here.telegram.say(here.chat, here.ada, "/image a cat", reply_to=video)
            await here.until_shown("This bot has no model for pictures.")
            here.telegram.say(here.chat, here.ada, "/start")
            await here.until_shown("for example: /video portrait a cat surfing. Add pictures")
            here.telegram.say(here.chat, here.ada, "/video")
            shown = await here.until_shown("What should it look like?")

    assert [button["text"] for button in shown.buttons] == [
        "Portrait",
        "Landscape",
        "8 s",
        "Write the prompt",
    ]


@pytest.mark.slow
async def test_the_console_greets_with_an_example_that_works(
    tmp_path: Path, gateway: dict[str, str]
) -> None:
    greeted = await run(tmp_path, "chat", variables=gateway)
    (example,) = re.findall(r"Type (/.*), or /help\.", greeted.out)

    done = await run(tmp_path, "chat", said=f"{example}\n", variables=gateway)

    assert example == SETUPS["apiyi"].example
    assert (done.code, "Done in" in done.out) == (0, True)


async def test_the_terminal_completes_only_what_can_be_done(
    tmp_path: Path, gateway: dict[str, str]
) -> None:
    async with terminal(tmp_path, "chat", variables=gateway) as (screen, process):
        await screen.wait_for("\n>")
        screen.type("/statu\t")
        await screen.wait_for("> /status")
        screen.type("\r")
        await screen.wait_for("You have no jobs running or waiting.\n>")
        screen.type("\x04")
        async with asyncio.timeout(120):
            assert await process.wait() == 0
