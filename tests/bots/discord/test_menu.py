"""The commands as Discord gets them: correct, and only when they have changed."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from bots.discord.connection import DiscordAccount
from bots.discord.menu import Menu
from bots.discord.slash import Json, definitions
from core.catalog import Catalog, State, load
from core.commands import COMMANDS
from core.dialects import DIALECTS
from core.options.options import describe
from core.people.sessions import Area
from tests.fakes.discord.bot import PUBLISHED, DiscordBotHarness, discord_bot
from tests.fakes.setups import ADMINS

NAME = re.compile(r"[-_'\w]{1,32}")
DATA = load((), tuple(DIALECTS))
EVERYTHING = {
    model.key: model.model_copy(update={"state": State.ACTIVE, "remix": True, "storyboard": True})
    for model in DATA.models
}
ALL = Catalog(
    data=replace(DATA, models=tuple(EVERYTHING.values())),
    ready_gateways=frozenset(DATA.gateways),
)
DEFINED = definitions(COMMANDS.values(), ALL, everywhere=True, areas=tuple(Area))
SLASH = [command for command in DEFINED if command["type"] == 1]
MANAGE_GUILD = "32"
STRING, INTEGER, BOOLEAN, ATTACHMENT = 3, 4, 5, 11


def video(option: str) -> Json:
    """One option of /video."""
    (command,) = [c for c in SLASH if c["name"] == "video"]
    (found,) = [o for o in command["options"] if o["name"] == option]
    return found


def test_every_command_is_a_slash_command_with_all_its_options() -> None:
    assert [c["name"] for c in SLASH] == [c.name for c in COMMANDS.values() if c.is_typed]
    for command in SLASH:
        declared = [option.name for option in describe(COMMANDS[command["name"]].options)]
        assert [o["name"] for o in command["options"] if o["type"] != ATTACHMENT] == declared


@pytest.mark.parametrize("command", SLASH, ids=lambda command: command["name"])
def test_a_definition_keeps_to_what_discord_takes(command: Json) -> None:
    for each in (command, *command["options"]):
        names = [each["name"], *each["name_localizations"].values()]
        texts = [each["description"], *each["description_localizations"].values()]
        assert all(NAME.fullmatch(name) and name == name.lower() for name in names)
        assert all(0 < len(text) <= 100 for text in texts)
    for language in ("zh-CN", "zh-TW"):
        said = [option["name_localizations"][language] for option in command["options"]]
        assert len(set(said)) == len(said)
    assert len(command["options"]) <= 25
    assert len(str(command)) < 8000


def test_kinds_of_options_become_kinds_of_discord() -> None:
    assert video("prompt")["type"] == STRING
    assert not video("prompt").get("required")
    assert video("seconds") | {"type": INTEGER, "min_value": 1, "max_value": 600} == video(
        "seconds"
    )
    assert video("private")["type"] == BOOLEAN
    assert {"hd", "4k"} < {choice["value"] for choice in video("resolution")["choices"]}
    assert video("ratio")["autocomplete"]
    assert video("model")["autocomplete"]
    assert video("image4")["type"] == ATTACHMENT


def test_what_only_admins_of_the_bot_may_do_is_not_shown_to_everybody() -> None:
    hidden = {c["name"] for c in SLASH if c.get("default_member_permissions") == MANAGE_GUILD}

    # Pages are offered where there are some.
    assert hidden == {*ADMINS, "dashboard"}


def test_commands_work_in_servers_in_direct_messages_and_for_people() -> None:
    for command in DEFINED:
        assert command["contexts"] == [0, 1, 2]
        assert command["integration_types"] == [0, 1]
    for command in definitions(COMMANDS.values(), ALL, everywhere=False):
        assert "contexts" not in command


def published_in(here: DiscordBotHarness, guild_id: int | None) -> list[Json]:
    """The commands that Discord has in a server, or everywhere."""
    return [*here.server.world.backend.commands.get(guild_id, {}).values()]


async def until_looked(here: DiscordBotHarness, times: int, guild_id: int | None = None) -> None:
    """Wait until the bot has asked so often what there is, and was answered."""
    where = f"/guilds/{guild_id}" if guild_id else ""
    pattern = f"GET /applications/[0-9]*{where}/commands"
    application = here.server.world.backend.application_id

    def looked() -> bool:
        line = f"GET /applications/{application}{where}/commands"
        return (
            len([c for c in here.server.called(pattern) if c.line == line and c.status]) >= times
        )

    await here.server.until(looked)


def here_only(here: DiscordBotHarness, *guild_ids: int) -> DiscordAccount:
    return replace(here.account, menu=Menu(guild_ids=guild_ids))


@pytest.mark.slow
async def test_commands_are_published_again_only_when_discord_has_others(tmp_path: Path) -> None:
    async with discord_bot(tmp_path) as here:
        async with here.bot():
            await until_looked(here, 2)
            await until_looked(here, 1, here.guild.id)
        async with here.bot():
            await until_looked(here, 4)
        assert len(here.server.called(PUBLISHED)) == 1

        here.server.world.backend.commands[None].pop(("status", 1))
        async with here.bot():
            await here.server.until(lambda: len(here.server.called(PUBLISHED)) == 2)
        assert "status" in {command["name"] for command in published_in(here, None)}


@pytest.mark.slow
async def test_commands_leave_the_places_that_are_no_longer_meant(tmp_path: Path) -> None:
    async with discord_bot(tmp_path) as here:
        async with here.bot():
            await here.server.until(lambda: published_in(here, None))
        async with here.bot(here_only(here, here.guild.id)):
            await here.server.until(lambda: published_in(here, here.guild.id))
            await here.server.until(lambda: not published_in(here, None))
            await here.ada.slash(here.channel, "status")
            await here.until_shown("You have no jobs running")
        count = len(here.server.called("PUT /applications/*"))
        async with here.bot(here_only(here, here.guild.id)):
            await until_looked(here, 4, here.guild.id)
        assert len(here.server.called("PUT /applications/*")) == count
        async with here.bot():
            await here.server.until(lambda: published_in(here, None))
            await here.server.until(lambda: not published_in(here, here.guild.id))


async def test_a_publication_that_fails_is_tried_again(tmp_path: Path) -> None:
    async with discord_bot(tmp_path) as here:
        here.server.refuse(PUBLISHED, 503, 0, "Service Unavailable", times=2)
        async with here.bot():
            await here.server.until(lambda: published_in(here, None))


@pytest.mark.slow
async def test_a_server_has_its_commands_when_the_bot_joins_it(tmp_path: Path) -> None:
    async with discord_bot(tmp_path) as here:
        strange = here.server.world.stranger_guild()
        refused = f"GET /applications/*/guilds/{strange.id}/commands"
        here.server.refuse(refused, 403, 50001, "Missing Access", times=2)
        async with here.bot(here_only(here, strange.id, here.guild.id)):
            await until_looked(here, 2, here.guild.id)
            assert not published_in(here, strange.id)
            here.server.world.outside.remove(strange.id)
            here.server.gateway.broadcast("GUILD_CREATE", here.server.world.describe(strange.id))
            await here.server.until(lambda: published_in(here, strange.id))


async def test_the_command_of_an_activity_stays(tmp_path: Path) -> None:
    async with discord_bot(tmp_path) as here:
        entry = {"id": "1", "name": "launch", "type": 4, "handler": 2, "description": ""}
        here.server.commands.entry_point = entry
        async with here.bot():
            await here.server.until(lambda: published_in(here, None))
        (published,) = here.server.called(PUBLISHED)
        async with here.bot(here_only(here, here.guild.id)):
            await here.server.until(lambda: not published_in(here, None))

    assert isinstance(published.json, list)
    assert published.json[-1] == {"id": "1", "name": "launch", "type": 4, "handler": 2}
