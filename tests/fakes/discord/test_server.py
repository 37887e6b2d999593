"""The Discord stand-in answers the real client as Discord does."""

import asyncio
import io
from collections.abc import AsyncGenerator, Awaitable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

import aiohttp
import discord
import pytest
from discord import app_commands, ui
from simcord.actors import MemberActor
from simcord.builders import ChannelHandle, GuildHandle

from tests.fakes.discord.deferring_bot import deferring_bot
from tests.fakes.discord.limits import DiscordPace
from tests.fakes.discord.people import group_chat, last_interaction, raw_channel
from tests.fakes.discord.server import PATIENCE_SECONDS, DiscordServer, pointed_at
from tests.fakes.discord.world import MIB

FILM = b"\x00\x00\x00\x18ftypisom" + b"film" * 1000
Event = discord.Interaction[Any] | discord.Message
Got = TypeVar("Got")


async def soon(awaited: Awaitable[Got]) -> Got:
    """Do not wait for ever for what never comes."""
    return await asyncio.wait_for(awaited, PATIENCE_SECONDS)


class EventBot(discord.AutoShardedClient):
    """Does nothing by itself: it hands what comes to the test."""

    def __init__(self, **options: Any) -> None:
        intents = discord.Intents(guilds=True, guild_messages=True, dm_messages=True)
        options = {"intents": intents, "max_ratelimit_timeout": 30} | options
        super().__init__(guild_ready_timeout=0.01, **options)
        self.tree = app_commands.CommandTree(self)
        self.seen: asyncio.Queue[Event] = asyncio.Queue()
        self.given: asyncio.Queue[discord.Attachment | discord.Message] = asyncio.Queue()
        self.resumptions = asyncio.Event()

        @self.tree.command()
        @app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
        @app_commands.allowed_installs(guilds=True, users=True)
        async def video(  # pyright: ignore[reportUnusedFunction] - the tree has it
            _: discord.Interaction[Any], prompt: str, image: discord.Attachment | None = None
        ) -> None:
            """Make a video."""
            assert prompt
            if image:
                await self.given.put(image)

        @self.tree.context_menu(name="Remix")
        async def remix(_: discord.Interaction[Any], message: discord.Message) -> None:  # pyright: ignore[reportUnusedFunction] - idem
            await self.given.put(message)

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """Do not spread the logins, as the original does for five seconds each."""

    async def setup_hook(self) -> None:
        await self.tree.sync()

    async def on_interaction(self, interaction: discord.Interaction[Any]) -> None:
        await self.seen.put(interaction)

    async def on_message(self, message: discord.Message) -> None:
        if message.author != self.user:
            await self.seen.put(message)

    async def on_shard_resumed(self, _: int) -> None:
        self.resumptions.set()

    async def asked(self) -> discord.Interaction[Any]:
        """The next interaction."""
        event = await soon(self.seen.get())
        assert isinstance(event, discord.Interaction)
        return event

    async def read(self) -> discord.Message:
        """The next message."""
        event = await soon(self.seen.get())
        assert isinstance(event, discord.Message)
        return event


@asynccontextmanager
async def running(server: DiscordServer, **options: Any) -> AsyncGenerator[EventBot]:
    async with EventBot(**options) as bot:
        task = asyncio.create_task(bot.start(server.token))
        ready = asyncio.create_task(bot.wait_until_ready())
        await soon(asyncio.wait((task, ready), return_when=asyncio.FIRST_COMPLETED))
        yield bot
        await bot.close()
        await task


@pytest.fixture
async def server() -> AsyncGenerator[DiscordServer]:
    async with DiscordServer() as server:
        with pointed_at(server):
            yield server


@pytest.fixture
def guild(server: DiscordServer) -> GuildHandle:
    return server.world.create_guild("Films")


@pytest.fixture
def ada(server: DiscordServer, guild: GuildHandle) -> MemberActor:
    return guild.add_member(server.world.create_user("ada"))


@pytest.fixture
def channel(guild: GuildHandle) -> ChannelHandle:
    return guild.create_text_channel("clips")


@pytest.fixture
async def bot(
    server: DiscordServer, ada: MemberActor, channel: ChannelHandle
) -> AsyncGenerator[EventBot]:
    assert ada.guild is channel.guild
    async with running(server) as bot:
        yield bot


def known(bot: EventBot, channel: ChannelHandle) -> discord.TextChannel:
    found = bot.get_channel(channel.id)
    assert isinstance(found, discord.TextChannel)
    return found


async def test_a_client_logs_in_and_knows_its_servers(
    bot: EventBot, channel: ChannelHandle
) -> None:
    assert [each.name for each in bot.guilds] == ["Films"]
    assert known(bot, channel).name == "clips"
    assert known(bot, channel).permissions_for(bot.guilds[0].me).attach_files


@pytest.mark.usefixtures("server")
async def test_a_wrong_token_is_refused() -> None:
    async with EventBot() as bot:
        with pytest.raises(discord.LoginFailure):
            await bot.login("wrong")


async def test_the_gateway_refuses_a_wrong_token(server: DiscordServer) -> None:
    async with aiohttp.ClientSession() as http, http.ws_connect(server.gateway.url) as socket:
        await socket.receive_json()

        await socket.send_json({"op": 2, "d": {"token": "wrong", "intents": 0}})
        farewell = await socket.receive()

    assert (farewell.type, farewell.data) == (aiohttp.WSMsgType.CLOSE, 4004)


async def test_intents_that_nobody_approved_end_the_session(server: DiscordServer) -> None:
    async with EventBot(intents=discord.Intents(message_content=True)) as bot:
        with pytest.raises(discord.PrivilegedIntentsRequired):
            await bot.start(server.token)


async def test_a_command_brings_its_options_and_the_bytes_of_its_file(
    bot: EventBot, ada: MemberActor, channel: ChannelHandle
) -> None:
    await ada.slash(channel, "video", prompt="a cat", image=("cat ü.png", FILM))
    interaction = await bot.asked()

    assert interaction.command
    assert (interaction.command.name, interaction.namespace.prompt) == ("video", "a cat")
    image = await soon(bot.given.get())
    assert isinstance(image, discord.Attachment)
    assert (image.filename, await image.read()) == ("cat ü.png", FILM)


async def test_an_answer_is_deferred_edited_and_followed(
    server: DiscordServer, bot: EventBot, ada: MemberActor, channel: ChannelHandle
) -> None:
    asked = await ada.slash(channel, "video", prompt="a cat")
    interaction = await bot.asked()

    await interaction.response.defer(thinking=True)
    first = await interaction.edit_original_response(content="Queued")
    second = await interaction.followup.send("Done", wait=True)

    assert asked.response
    assert (asked.response.content, asked.response.id) == ("Queued", first.id)
    assert [each.id for each in asked.followups] == [second.id]
    kinds = [(each.kind, each.message) for each in server.writes]
    assert kinds == [("callback", first.id), ("token-edit", first.id), ("follow-up", second.id)]
    assert interaction.id in server.asked


async def test_a_private_answer_is_seen_by_nobody_else(
    server: DiscordServer, bot: EventBot, ada: MemberActor, channel: ChannelHandle
) -> None:
    bea = channel.guild.add_member(server.world.create_user("bea")) if channel.guild else None
    asked = await ada.slash(channel, "video", prompt="a cat")

    await (await bot.asked()).response.send_message("Only you", ephemeral=True)

    assert asked.response
    assert asked.ephemeral
    assert [each.content for each in channel.history(viewer=ada)] == ["Only you"]
    assert channel.history(viewer=bea) == []
    with pytest.raises(discord.NotFound, match="10008"):
        await known(bot, channel).get_partial_message(asked.response.id).edit(content="?")


async def test_a_message_is_edited_by_the_token_of_the_bot(
    server: DiscordServer, bot: EventBot, ada: MemberActor, channel: ChannelHandle
) -> None:
    asked = await ada.slash(channel, "video", prompt="a cat")
    await (await bot.asked()).response.send_message("Queued")
    assert asked.response

    message = known(bot, channel).get_partial_message(asked.response.id)
    await message.edit(content="Here", attachments=[discord.File(io.BytesIO(FILM), "film.mp4")])
    await message.edit(content="Here", attachments=[discord.File(io.BytesIO(FILM), "film.mp4")])

    assert [each.kind for each in server.writes] == ["callback", "edit", "edit"]
    assert [each.filename for each in asked.response.attachments] == ["film.mp4"]


async def test_files_come_up_and_go_down_until_their_links_expire(
    server: DiscordServer, bot: EventBot, channel: ChannelHandle
) -> None:
    film = discord.File(io.BytesIO(FILM), "film.mp4", description="a cat", spoiler=True)
    sent = await known(bot, channel).send("Here", files=[film])

    attachment = sent.attachments[0]
    assert (attachment.filename, attachment.description) == ("SPOILER_film.mp4", "a cat")
    assert await attachment.read() == server.file(attachment.url) == FILM
    server.advance(25 * 3600)
    with pytest.raises(discord.NotFound):
        await attachment.read()


async def test_a_button_changes_its_message(
    bot: EventBot, ada: MemberActor, channel: ChannelHandle
) -> None:
    view = ui.View(timeout=None).add_item(ui.Button[ui.View](label="Stop", custom_id="cancel:7"))
    sent = await known(bot, channel).send("Working", view=view)

    pressed = await ada.click(channel.history()[0], label="Stop")
    interaction = await bot.asked()
    await interaction.response.edit_message(content="Stopped", view=None)

    assert interaction.data
    assert interaction.data.get("custom_id") == "cancel:7"
    assert pressed.response
    assert (pressed.response.id, pressed.response.content) == (sent.id, "Stopped")


async def test_a_modal_brings_text_and_files(
    bot: EventBot, ada: MemberActor, channel: ChannelHandle
) -> None:
    modal = ui.Modal(title="Video", custom_id="video")
    modal.add_item(ui.Label(text="Prompt", component=ui.TextInput(custom_id="prompt")))
    upload = ui.FileUpload[ui.Modal](custom_id="images", max_values=10, required=False)
    modal.add_item(ui.Label(text="Pictures", component=upload))
    shown = await ada.slash(channel, "video", prompt="?")
    await (await bot.asked()).response.send_modal(modal)

    sent = await ada.submit_modal(shown, {"prompt": "a cat", "images": [("1.png", FILM)]})
    interaction = await bot.asked()
    await interaction.response.send_message("Queued")

    assert interaction.type is discord.InteractionType.modal_submit
    assert [each.filename for each in upload.values] == ["1.png"]
    assert await upload.values[0].read() == FILM
    assert sent.response


async def test_a_field_offers_what_the_bot_says(
    server: DiscordServer, ada: MemberActor, channel: ChannelHandle
) -> None:
    async with running(server) as bot:

        @bot.tree.command()
        async def model(_: discord.Interaction[Any], name: str) -> None:  # pyright: ignore[reportUnusedFunction] - the tree has it
            """Choose a model."""
            assert name

        @model.autocomplete("name")
        async def names(  # pyright: ignore[reportUnusedFunction] - idem
            interaction: discord.Interaction[Any], current: str
        ) -> list[app_commands.Choice[str]]:
            assert interaction.user.id == ada.id
            return [app_commands.Choice(name=current.title(), value=current)]

        await bot.tree.sync()
        await ada.autocomplete(channel, "model", "name", "veo")
        await server.until(lambda: server.called("POST /interactions/*/callback"))

    choices = last_interaction(server.world).autocomplete_choices
    assert choices == [{"name": "Veo", "value": "veo"}]


async def test_a_menu_of_a_message_shows_what_is_in_it_anywhere(
    server: DiscordServer, bot: EventBot, ada: MemberActor, channel: ChannelHandle
) -> None:
    dm = ada.user.dm_channel
    files = server.world.store(dm.id, ("dog.png", b"dog"))
    public = await ada.send(channel, "a cat", attachments=[("cat.png", FILM)])
    private = await ada.user.send_dm("a dog", attachments=files)

    await ada.context_menu(channel, "Remix", public)
    raw_channel(server.world, dm).menu(ada.user, "Remix", private.id)
    targets = [await soon(bot.given.get()) for _ in range(2)]

    told = [
        (each.content, await each.attachments[0].read())
        for each in targets
        if isinstance(each, discord.Message)
    ]
    assert told == [("a cat", FILM), ("a dog", b"dog")]


async def test_only_a_mention_or_a_private_chat_shows_the_text_of_a_message(
    server: DiscordServer, bot: EventBot, ada: MemberActor, channel: ChannelHandle
) -> None:
    me = f"<@{server.world.backend.bot_user.id}>"

    secret = await ada.send(channel, "secret")
    await ada.send(channel, f"{me} a cat")
    await ada.user.send_dm("a dog")

    assert (await known(bot, channel).fetch_message(secret.id)).content == ""
    assert [(await bot.read()).content for _ in range(3)] == ["", f"{me} a cat", "a dog"]


async def test_a_client_that_lost_its_line_hears_afterwards_what_it_missed(
    server: DiscordServer, bot: EventBot, ada: MemberActor, channel: ChannelHandle
) -> None:
    server.gateway.drop()
    await server.until(lambda: not server.gateway.connections)
    await ada.slash(channel, "video", prompt="a cat")

    missed = await bot.asked()
    await soon(bot.resumptions.wait())

    assert missed.namespace.prompt == "a cat"
    assert (server.gateway.identified, server.gateway.resumed) == (1, 1)


async def test_a_client_that_is_asked_to_reconnect_resumes(
    server: DiscordServer, bot: EventBot
) -> None:
    await server.gateway.reconnect()
    await soon(bot.resumptions.wait())

    assert (server.gateway.identified, server.gateway.resumed) == (1, 1)


@pytest.mark.parametrize("resumable", [True, False])
async def test_a_session_that_is_invalid_is_resumed_or_begun_anew(
    server: DiscordServer,
    bot: EventBot,
    ada: MemberActor,
    channel: ChannelHandle,
    *,
    resumable: bool,
) -> None:
    await server.gateway.invalidate(resumable=resumable)
    await server.until(lambda: server.gateway.identified + server.gateway.resumed > 1)
    await ada.slash(channel, "video", prompt="a cat")

    assert (await bot.asked()).namespace.prompt == "a cat"
    assert server.gateway.resumed == int(resumable)
    assert server.gateway.identified == 2 - int(resumable)


async def test_a_session_that_nobody_knows_is_begun_anew(
    server: DiscordServer, bot: EventBot
) -> None:
    server.gateway.sessions.clear()

    server.gateway.drop()
    await server.until(lambda: server.gateway.identified == 2)

    assert server.gateway.resumed == 1
    assert not bot.is_closed()


async def test_a_client_has_as_many_shards_as_it_is_told() -> None:
    async with DiscordServer(shards=2) as server:
        with pointed_at(server):
            async with running(server) as bot:
                assert (bot.shard_count, server.gateway.connections) == (2, 2)


async def test_each_shard_hears_of_its_own_servers(server: DiscordServer) -> None:
    channels = [
        server.world.create_guild(id=number << 22).create_text_channel("clips")
        for number in (10, 11)
    ]
    identity = {"token": server.token, "intents": 1 << 9, "shard": [1, 2]}
    async with aiohttp.ClientSession() as http, http.ws_connect(server.gateway.url) as socket:
        await socket.receive_json()
        await socket.send_json({"op": 2, "d": identity})
        ready = await socket.receive_json()
        for channel in channels:
            server.world.backend.create_message(channel.id, server.world.backend.bot_user.id, "hi")
        message = await socket.receive_json()

    assert [each["id"] for each in ready["d"]["guilds"]] == [str(11 << 22)]
    assert (message["t"], message["d"]["channel_id"]) == ("MESSAGE_CREATE", str(channels[1].id))


async def test_a_flooded_channel_tells_when_it_takes_more(
    server: DiscordServer, channel: ChannelHandle
) -> None:
    url = f"{server.api}/channels/{channel.id}/messages"
    headers = {"Authorization": f"Bot {server.token}"}
    async with aiohttp.ClientSession(headers=headers) as http:
        answers = [await http.post(url, json={"content": "hi"}) for _ in range(6)]
        flooded = await answers[5].json()

        server.advance(5)
        later = await http.post(url, json={"content": "hi"})

    left = [each.headers["X-RateLimit-Remaining"] for each in answers]
    assert left == ["4", "3", "2", "1", "0", "0"]
    assert [each.status for each in answers] == [200] * 5 + [429]
    assert 0 < flooded["retry_after"] <= 5
    assert flooded["global"] is False
    assert answers[5].headers["Content-Type"] == "application/json"
    assert (later.status, server.floods) == (200, 1)


async def test_an_interaction_has_a_bucket_of_its_own_and_follow_ups_share_one(
    tmp_path: Path,
) -> None:
    async with deferring_bot(tmp_path) as here:
        tokens = [(await here.command()).access for _ in range(7)]
        hooks = [f"{here.server.api}/webhooks/{here.client.application_id}/{t}" for t in tokens]
        async with aiohttp.ClientSession() as http:
            first, *others = hooks
            edits = [
                (await http.patch(f"{hook}/messages/@original", json={"content": "hi"})).status
                for hook in [first] * 6 + others
            ]
            here.server.advance(5)
            posts = [await http.post(hook, json={"content": "hi"}) for hook in hooks * 5]

    assert edits == [200] * 5 + [429] + [200] * 6
    assert [post.status for post in posts] == [200] * 30 + [429] * 5
    assert {post.headers["X-RateLimit-Scope"] for post in posts[30:]} == {"shared"}


async def test_the_client_keeps_to_the_pace(
    server: DiscordServer, bot: EventBot, channel: ChannelHandle
) -> None:
    server.pace = DiscordPace(writes=2, seconds=0.05)

    for _ in range(5):
        await known(bot, channel).send("hi")

    first, *_, last = server.wrote("create")
    assert len(server.writes) == 5
    assert last.at - first.at >= 0.1


async def test_the_client_obeys_a_flood_or_gives_up(
    server: DiscordServer, bot: EventBot, channel: ChannelHandle
) -> None:
    server.flood("POST /channels/*/messages", retry_after=0.01)
    server.flood("POST /channels/*/messages", retry_after=0.01, everywhere=True)
    await known(bot, channel).send("hi")
    assert server.floods == 2

    server.flood("POST /channels/*/messages", retry_after=99)
    with pytest.raises(discord.RateLimited):
        await known(bot, channel).send("hi")


async def test_an_old_message_is_hardly_edited(
    server: DiscordServer, bot: EventBot, channel: ChannelHandle
) -> None:
    sent = await known(bot, channel).send("hi")
    server.advance(3600)
    await sent.edit(content="still young")

    server.advance(1)
    with pytest.raises(discord.RateLimited):
        await sent.edit(content="too old")

    assert server.calls[-1].code == 30046
    assert channel.history()[0].content == "still young"


async def test_a_file_is_too_large_until_the_server_is_boosted(
    server: DiscordServer, bot: EventBot, channel: ChannelHandle, guild: GuildHandle
) -> None:
    def film() -> discord.File:
        return discord.File(io.BytesIO(bytes(10 * MIB + 1)), "film.mp4")

    with pytest.raises(discord.HTTPException, match="40005") as refused:
        await known(bot, channel).send(file=film())
    server.world.boost(guild, 2)
    sent = await known(bot, channel).send(file=film())

    assert refused.value.status == 413
    assert sent.attachments[0].size == 10 * MIB + 1
    assert bot.guilds[0].filesize_limit == 50 * MIB


async def test_a_subscriber_may_answer_with_more(
    server: DiscordServer, bot: EventBot, ada: MemberActor, channel: ChannelHandle
) -> None:
    server.world.nitro_bytes[ada.id] = 30 * MIB
    server.world.locales[ada.id] = "zh-CN"
    film = discord.File(io.BytesIO(bytes(11 * MIB)), "film.mp4")
    await ada.slash(channel, "video", prompt="a cat")
    interaction = await bot.asked()

    await interaction.response.send_message(file=film)

    assert interaction.filesize_limit == 30 * MIB
    assert interaction.locale is discord.Locale.chinese
    assert server.writes[-1].kind == "callback"


async def test_a_command_that_nobody_answered_in_time_is_unknown(
    server: DiscordServer, bot: EventBot, ada: MemberActor, channel: ChannelHandle
) -> None:
    await ada.slash(channel, "video", prompt="a cat")
    interaction = await bot.asked()

    server.advance(3)

    with pytest.raises(discord.NotFound, match="10062"):
        await interaction.response.defer()


async def test_the_token_of_a_command_expires(
    server: DiscordServer, bot: EventBot, ada: MemberActor, channel: ChannelHandle
) -> None:
    await ada.slash(channel, "video", prompt="a cat")
    interaction = await bot.asked()
    await interaction.response.defer()
    server.advance(15 * 60 - 1)
    await interaction.edit_original_response(content="just in time")

    server.advance(1)

    with pytest.raises(discord.HTTPException, match="50027") as refused:
        await interaction.edit_original_response(content="too late")
    assert refused.value.status == 401


async def test_in_a_group_chat_there_is_only_the_token(
    server: DiscordServer, bot: EventBot, ada: MemberActor
) -> None:
    server.pace = None
    bea = server.world.create_user("bea")
    group = group_chat(server.world, ada.user, bea)
    asked = group.slash(bea, "video", prompt="a cat")
    interaction = await bot.asked()

    await interaction.response.defer()
    await interaction.edit_original_response(content="Queued")
    for _ in range(5):
        await interaction.followup.send("more")

    assert asked.response
    assert (interaction.context.private_channel, interaction.guild_id) == (True, None)
    assert interaction.is_user_integration()
    assert not interaction.is_guild_integration()
    with pytest.raises(discord.HTTPException, match="40094"):
        await interaction.followup.send("too much")
    with pytest.raises(discord.Forbidden, match="50001"):
        await bot.get_partial_messageable(group.id).send("hi")
    pressed = group.press(bea, asked.response.id, "cancel:7")
    await (await bot.asked()).response.edit_message(content="Stopped")
    assert pressed.response
    assert pressed.response.content == "Stopped"


async def test_in_a_strange_server_there_is_only_the_token(
    server: DiscordServer, bot: EventBot
) -> None:
    strange = server.world.stranger_guild()
    bea = strange.add_member(server.world.create_user("bea"))
    asked = await bea.slash(strange.create_text_channel("talk"), "video", prompt="a cat")
    interaction = await bot.asked()

    await interaction.response.send_message("Queued")

    assert asked.response
    assert (interaction.guild_id, [each.name for each in bot.guilds]) == (strange.id, ["Films"])
    assert not interaction.is_guild_integration()
    with pytest.raises(discord.Forbidden, match="50001"):
        await bot.get_partial_messageable(asked.response.channel_id).send("hi")


async def test_a_private_chat_takes_messages_and_commands(
    server: DiscordServer, bot: EventBot, ada: MemberActor
) -> None:
    user = await bot.fetch_user(ada.id)
    await user.send("hello")

    asked = await ada.user.slash("video", prompt="a cat")
    interaction = await bot.asked()
    await interaction.response.send_message("Queued")

    assert interaction.context.dm_channel
    assert asked.response
    assert [each.content for each in ada.user.dm_channel.history()] == ["hello", "Queued"]
    assert server.wrote("create")[0].channel == ada.user.dm_channel.id


async def test_the_same_nonce_never_posts_twice(
    server: DiscordServer, bot: EventBot, channel: ChannelHandle
) -> None:
    sent = [await known(bot, channel).send("hi", nonce=nonce) for nonce in ("a", "a", "b")]
    server.advance(600)
    again = await known(bot, channel).send("hi", nonce="a")

    assert sent[0].id == sent[1].id
    assert len({each.id for each in [*sent, again]}) == len(channel.history()) == 3


async def test_a_request_waits_before_or_after_it_is_done(
    server: DiscordServer, bot: EventBot, channel: ChannelHandle
) -> None:
    before = server.hold("POST /channels/*/messages")
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(known(bot, channel).send("one"))
        await before.reached.wait()
        assert channel.history() == []
        before.release()

    after = server.hold("POST /channels/*/messages", done=True)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(known(bot, channel).send("two"))
        await after.reached.wait()
        assert [each.content for each in channel.history()] == ["one", "two"]
        after.release()


async def test_a_request_or_its_answer_is_lost(
    server: DiscordServer, bot: EventBot, channel: ChannelHandle
) -> None:
    server.lose_request("POST /channels/*/messages")
    server.lose_answer("POST /channels/*/messages")

    for text in ("never came", "came"):
        with pytest.raises(aiohttp.ClientConnectionError):
            await known(bot, channel).send(text)

    assert [each.content for each in channel.history()] == ["came"]


async def test_what_was_asked_is_done_even_when_nobody_waits_for_it(
    server: DiscordServer, bot: EventBot, channel: ChannelHandle
) -> None:
    held = server.hold("POST /channels/*/messages")
    sending = asyncio.create_task(known(bot, channel).send("hi"))
    await held.reached.wait()

    sending.cancel()
    held.release()
    await server.until(lambda: server.wrote("create"))

    assert [each.content for each in channel.history()] == ["hi"]
    assert not server.violations


async def test_a_test_may_refuse_what_it_wants(
    server: DiscordServer, bot: EventBot, channel: ChannelHandle
) -> None:
    server.refuse("POST /channels/*/messages", 403, 50083, "Thread is archived", times=2)

    for _ in range(2):
        with pytest.raises(discord.Forbidden, match="50083"):
            await known(bot, channel).send("hi")

    await known(bot, channel).send("hi")
    assert [each.status for each in server.called("POST /channels/*/messages")] == [403, 403, 200]


async def test_files_need_the_permission_to_attach_them(bot: EventBot, guild: GuildHandle) -> None:
    denied = discord.PermissionOverwrite(attach_files=False)
    made = guild.create_text_channel("quiet", overwrites={guild.default_role: denied})
    quiet = bot.get_partial_messageable(made.id)
    await quiet.send("hi")

    with pytest.raises(discord.Forbidden, match="50013"):
        await quiet.send(file=discord.File(io.BytesIO(FILM), "film.mp4"))


async def test_a_bot_that_was_thrown_out_reaches_nothing(
    server: DiscordServer, bot: EventBot, guild: GuildHandle, channel: ChannelHandle
) -> None:
    clips = known(bot, channel)

    async with asyncio.TaskGroup() as tasks:
        farewell = tasks.create_task(bot.wait_for("guild_remove"))
        server.world.kick(guild)

    assert farewell.result().id == guild.id
    with pytest.raises(discord.Forbidden, match="50001"):
        await clips.send("hi")
    with pytest.raises(discord.Forbidden, match="50001"):
        await bot.fetch_guild(guild.id)


async def test_what_the_stand_in_does_not_know_fails_the_test() -> None:
    server = await DiscordServer().__aenter__()
    async with aiohttp.ClientSession(headers={"Authorization": f"Bot {server.token}"}) as http:
        answer = await http.get(f"{server.api}/gifts")

    with pytest.raises(AssertionError, match="GET /gifts"):
        await server.__aexit__(None)
    assert answer.status == 400
