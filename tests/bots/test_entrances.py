"""Every way in to the bot, for those who are not to use it: refused, or not even answered."""

from pathlib import Path

import discord
import pytest
from simcord.enums import InteractionType

from core.people.access import Policy
from tests.fakes.discord.bot import discord_bot
from tests.fakes.discord.bot import picture as small_picture
from tests.fakes.discord.people import raw_channel
from tests.fakes.discord.wire import Json
from tests.fakes.telegram.bot import GROUP, picture, telegram_bot

DENIED = "You don't have access to this bot here"
STANDINGS = ("banned", "denied", "kept out here")
TEXT = 3


def order(seconds: int) -> str:
    return f"/video --model sandbox-video {seconds}s a cat"


@pytest.mark.parametrize("standing", STANDINGS)
async def test_on_telegram(tmp_path: Path, standing: str) -> None:
    async with telegram_bot(tmp_path) as here:
        here.harness.policy = Policy(admins=frozenset({"telegram:7"}))
        telegram, eve, bob = here.telegram, here.telegram.user(9), here.telegram.user(8)
        telegram.world.privacy = False
        group = telegram.group(GROUP)
        telegram.admin(group, bob)
        async with here.bot():
            said = telegram.say(group, eve, order(1))
            await here.until_shown("Done in", group)
            (video,) = here.videos(group)
            telegram.say(group, eve, "/video")
            asking = await here.until_shown("What should it look like?", group)
            telegram.press(asking, "Write the prompt", eve)
            question = (await telegram.until(
                lambda: [p for p in here.written(group) if "force_reply" in (p.markup or {})]
            ))[0]  # fmt: skip
            telegram.say(group, eve, "/video")
            await telegram.until(lambda: here.shows("What should it look", group) is not asking)
            form = await here.until_shown("What should it look like?", group)
            by = bob if standing == "kept out here" else here.ada
            telegram.say(group, by, "/ban" if standing == "banned" else "/deny", reply_to=said)
            await here.until_shown("User telegram:9", group)
            written = len(here.written(group))
            pressed = [
                telegram.press(video, "Again", eve),
                *(telegram.forge(form, data, eve) for data in ("form?ratio=1%3A1", "form?")),
                telegram.forge(video, "share?of=1&place", eve),
            ]
            inline = telegram.inline(eve, "cat")
            telegram.say(group, eve, order(2))
            telegram.say(group, eve, caption=order(3), photo=picture())
            telegram.say(group, eve, "/video")
            telegram.say(group, eve, "a dog", reply_to=question)
            refused = 0 if standing == "banned" else 4
            if refused:
                asked = (inline, *pressed)
                await telegram.until(lambda: all(query.answers for query in asked))
                await telegram.until(lambda: len(here.written(group)) == written + refused)
            telegram.say(here.chat, here.ada, "/status")
            await here.until_shown("no jobs")
            await telegram.until(lambda: not telegram.inbox.pending)

    posts = here.written(group)[written:]
    alerts = [answer.get("text", "") for query in pressed for answer in query.answers]
    assert [DENIED in post.text for post in posts] == [True] * refused
    assert [DENIED in alert for alert in alerts] == [True] * refused
    # Telegram does not say in which chat somebody types the bot's name.
    shared = [len(answer["results"]) for answer in inline.answers]
    assert shared == {"banned": [], "denied": [0], "kept out here": [1]}[standing]
    assert here.harness.paid == 1
    assert "✓" not in str(form.buttons)


@pytest.mark.parametrize("standing", STANDINGS)
async def test_on_discord(tmp_path: Path, standing: str) -> None:
    async with discord_bot(tmp_path) as here:
        role = here.guild.create_role("staff", permissions=discord.Permissions(manage_guild=True))
        members = {
            name: here.guild.add_member(here.server.world.create_user(name), roles=roles)
            for name, roles in (("eve", ()), ("bob", [role]))
        }
        eve, by = members["eve"], members["bob"] if standing == "kept out here" else here.ada
        here.harness.policy = Policy(admins=frozenset({f"discord:{here.ada.id}"}))
        where = raw_channel(here.server.world, here.channel)
        async with here.bot():
            await eve.slash(here.channel, "video", prompt="1s a cat", model="sandbox-videos")
            await here.until_shown("Done in")
            (video,) = here.videos()
            drawn = await eve.send(here.channel, "", attachments=[("a.jpg", small_picture())])
            form = await eve.slash(here.channel, "video")
            await here.server.until(lambda: form.modal)
            line = "ban" if standing == "banned" else "deny"
            await by.send(here.channel, f"<@{here.bot_id}> /{line} user {eve.id}")
            await here.until_shown(f"User discord:{eve.id}")
            acknowledged = len(here.server.called("POST /interactions/*"))
            written = len(here.messages())
            (job,) = {button.partition("job=")[2] for button in _buttons(video)} - {""}
            begun = {"name": "model", "type": TEXT, "value": "", "focused": True}
            typing: Json = {"id": "1", "name": "video", "type": 1, "options": [begun]}
            asked = [
                await eve.slash(here.channel, "video", prompt="2s a cat", model="sandbox-video"),
                await eve.slash(here.channel, "video"),
                await eve.context_menu(here.channel, "Animate this", drawn),
                await eve.context_menu(here.channel, "Remix", here.message(video)),
                await eve.submit_modal(form, {"prompt": "1s a dog"}),
                *(
                    where.press(eve, int(video["id"]), data)
                    for data in (f"again?job={job}", f"remix?of={job}&prompt")
                ),
                where.choose(eve, int(video["id"]), f"share?of={job}&place", here.channel.id),
            ]
            suggested = where.interact(
                eve, InteractionType.APPLICATION_COMMAND_AUTOCOMPLETE, typing
            )
            await eve.send(here.channel, f"<@{here.bot_id}> 1s a bird")
            if standing != "banned":
                await here.server.until(
                    lambda: sum(DENIED in m["content"] for m in here.messages()) == len(asked) + 1
                )
                await here.server.until(lambda: suggested.autocomplete_choices is not None)
            await here.until_answered(await here.ada.slash(here.channel, "status"))

            assert not suggested.autocomplete_choices
            assert not any(each.modal for each in asked)
            if standing == "banned":
                assert len(here.server.called("POST /interactions/*")) == acknowledged + 1
                assert len(here.messages()) == written + 1
    assert here.harness.paid == 1


def _buttons(message: Json) -> list[str]:
    return [
        button.get("custom_id", "")
        for row in message["components"]
        for button in row["components"]
    ]
