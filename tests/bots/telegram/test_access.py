"""Who is meant by /allow and /deny, and what a group keeps that becomes a supergroup."""

from pathlib import Path

from bots.telegram.stars import StarsPrice
from core.i18n import Locale, translate
from core.people.access import Policy
from core.people.balance import CreditLimits, HouseRules
from core.platform import ConversationRef, Party, User
from tests.fakes.manual_gateway import CREATE, FETCH, LOOK
from tests.fakes.telegram.bot import GROUP, TelegramBotHarness, slow_telegram_bot, telegram_bot
from tests.fakes.telegram.chat import TelegramChat, TelegramUser
from tests.fakes.telegram.group import telegram_group

OLD = -55
ADMIN = frozenset({"telegram:7"})
VIDEO = "/video --model sandbox-video 1s a cat"


def person(id_: int) -> Party:
    return Party(platform="telegram", kind="user", id=str(id_))


def chat(id_: int) -> Party:
    return Party(platform="telegram", kind="chat", id=str(id_))


async def refused(here: TelegramBotHarness, where: TelegramChat, who: TelegramUser) -> bool:
    """Whether the bot works for somebody there; asked with what costs nothing."""
    before = len(here.written(where))
    here.telegram.say(where, who, "/models")
    await here.telegram.until(lambda: len(here.written(where)) > before)
    return "You don't have access to this bot here" in here.written(where)[-1].text


async def test_a_reply_names_who_wrote_and_a_forwarded_message_whose_it_was(
    tmp_path: Path,
) -> None:
    async with telegram_bot(tmp_path) as here:
        here.harness.policy = Policy(admins=ADMIN)
        here.telegram.world.privacy = False
        group, eve, bob = here.telegram.group(GROUP), *map(here.telegram.user, (9, 10))
        async with here.bot() as engine:
            hers = here.telegram.say(group, eve, "hello")
            his = here.telegram.say(group, here.ada, "look", origin=bob)
            here.telegram.say(group, here.ada, "/deny", reply_to=hers)
            await here.until_shown("User telegram:9 can no longer use the bot", group)
            here.telegram.say(group, here.ada, "/deny", reply_to=his)
            await here.until_shown("User telegram:10 can no longer use the bot", group)
            here.telegram.say(group, here.ada, "/allow user", reply_to=hers)
            await here.until_shown("User telegram:9 can use the bot now", group)
            rules = await engine.services.access.store.rules(person(9), person(10), chat(GROUP))

    assert rules == {person(9): True, person(10): False}


async def test_without_a_reply_the_chat_is_meant_and_a_reply_to_nobody_is_asked_about(
    tmp_path: Path,
) -> None:
    async with telegram_bot(tmp_path) as here:
        here.harness.policy = Policy(admins=ADMIN)
        forum = here.telegram.group(GROUP, forum=True)
        topic = here.telegram.topic(forum, here.telegram.user(9))
        async with here.bot() as engine:
            here.telegram.say(forum, here.ada, "/allow", thread=topic)
            answer = await here.until_shown("Everybody in chat", forum)
            here.telegram.say(forum, here.ada, "/deny", reply_to=answer)
            await here.until_shown("Say whose id", forum)
            bot = person(here.telegram.me.id)
            rules = await engine.services.access.store.rules(person(9), bot, chat(GROUP))

    assert rules == {chat(GROUP): True}


async def test_negative_numbers_name_groups_and_what_is_no_number_names_nobody(
    tmp_path: Path,
) -> None:
    async with telegram_bot(tmp_path) as here:
        here.harness.policy = Policy(admins=ADMIN)
        async with here.bot() as engine:
            for said, shown in (
                ("/deny 9", "User telegram:9 can no longer use the bot"),
                ("/deny -100", "Nobody in chat telegram:-100"),
                ("/deny chat 10", "Nobody in chat telegram:10"),
                ("/deny @evelyn", "I cannot find out whose name @evelyn is."),
                ("/deny @e", "“@e” is no id. An id looks like telegram:123"),
                ("/deny tg://user?id=12", "User telegram:12 can no longer use the bot"),
                ("/deny user -11", "“-11” is no id. An id looks like telegram:123"),
            ):
                here.telegram.say(here.chat, here.ada, said)
                await here.until_shown(shown)
            parties = (person(9), chat(-100), chat(10), person(-11), person(10), person(12))
            rules = await engine.services.access.store.rules(*parties)

    assert rules == {person(9): False, chat(-100): False, chat(10): False, person(12): False}


async def test_rules_and_defaults_of_a_group_count_for_the_supergroup(tmp_path: Path) -> None:
    async with telegram_bot(tmp_path) as here:
        here.harness.policy = Policy(admins=ADMIN)
        old, eve = here.telegram.group(OLD), here.telegram.user(9)
        async with here.bot() as engine:
            here.telegram.say(old, here.ada, "/deny chat")
            await here.until_shown("Nobody in chat", old)
            here.telegram.say(old, here.ada, "/settings chat ratio portrait")
            await here.until_shown("Defaults of this chat: 9:16", old)
            new = here.telegram.upgrade(old, GROUP)
            assert await refused(here, new, eve)
        async with here.bot() as engine:
            assert await refused(here, new, eve)
            stored = await engine.services.preferences.load(chat(OLD), chat(GROUP))

    assert {party: chosen.ratio for party, chosen in stored.items()} == {chat(GROUP): "9:16"}


async def test_a_group_that_the_operator_named_is_admitted_under_its_new_id(
    tmp_path: Path,
) -> None:
    async with telegram_bot(tmp_path) as here:
        here.harness.policy = Policy(admins=ADMIN, allowed_chats=frozenset({f"telegram:{OLD}"}))
        old, eve = here.telegram.group(OLD), here.telegram.user(9)
        other = here.telegram.group(GROUP - 1)
        async with here.bot():
            new = here.telegram.upgrade(old, GROUP)
            assert not await refused(here, new, eve)
        async with here.bot():
            assert not await refused(here, new, eve)
            assert await refused(here, other, eve)
            here.telegram.say(new, here.ada, "/deny chat")
            await here.until_shown("Nobody in chat", new)
            assert await refused(here, new, eve)


async def test_a_job_goes_on_in_the_supergroup_and_its_admins_may_cancel_it(
    tmp_path: Path,
) -> None:
    async with slow_telegram_bot(tmp_path) as (here, gateway):
        old, bob = here.telegram.group(OLD), here.telegram.user(8)
        here.telegram.admin(old, bob)
        await gateway.allow(CREATE)
        async with here.bot():
            here.telegram.say(old, here.ada, VIDEO)
            await gateway.reached(LOOK)
            await here.until_shown("a cat", old)
            new = here.telegram.upgrade(old, GROUP)
            await here.telegram.until(lambda: not here.telegram.inbox.pending)
        async with here.bot() as engine:
            (job,) = await engine.services.store.unfinished()
            here.telegram.say(new, bob, f"/cancel {job.id}")
            await here.until_shown("Cancelled.", new)

    assert job.conversation == ConversationRef(platform="telegram", chat=str(GROUP))


async def test_a_video_arrives_in_the_supergroup_and_answers_no_other_message(
    tmp_path: Path,
) -> None:
    async with slow_telegram_bot(tmp_path) as (here, gateway), here.bot() as engine:
        old = here.telegram.group(OLD)
        await gateway.allow(CREATE, LOOK)
        here.telegram.say(old, here.ada, VIDEO)
        await gateway.reached(FETCH)
        new = here.telegram.upgrade(old, GROUP)
        for number in range(5):
            here.telegram.say(new, here.ada, f"hello {number}")
        await gateway.allow(FETCH)
        await here.telegram.until(lambda: here.videos(new))
        await engine.idle()

    (video,) = here.videos(new)
    assert video.reply_to is None
    assert len(here.written(old)) == 1


async def test_another_bot_orders_only_where_an_admin_has_allowed_it(tmp_path: Path) -> None:
    async with telegram_bot(tmp_path) as here:
        here.harness.policy = Policy(admins=frozenset({"telegram:7"}))
        async with here.bot() as engine:
            group = telegram_group(here, engine)
            robot = TelegramUser(id=99, name="Robot", username="other_bot", is_bot=True)
            group.say(robot, "/characters")
            await group.answer(here.ada, "/allow user 99")
            before = len(here.written(group.group))
            await group.answer(robot, "/characters")

    assert before == 1
    assert "no characters yet" in here.written(group.group)[-1].text


async def test_an_edit_that_changes_no_words_is_no_command(tmp_path: Path) -> None:
    async with telegram_bot(tmp_path) as here, here.bot():
        post = here.telegram.say(here.chat, here.ada, "/characters")
        await here.until_shown("no characters yet")
        here.telegram.amend(post, text="/characters")
        here.telegram.amend(post, text="/characters --remove tom")
        await here.until_shown(translate(Locale.EN, "edited-command"))
        await here.telegram.until(lambda: not here.telegram.inbox.pending)

    assert len(here.written()) == 2


async def test_who_is_banned_is_left_alone_whatever_they_send(tmp_path: Path) -> None:
    async with telegram_bot(tmp_path) as here:
        here.harness.policy = Policy(admins=ADMIN)
        group, eve = here.telegram.group(GROUP), here.telegram.user(9)
        alone = here.telegram.private(eve)
        async with here.bot():
            here.telegram.say(alone, eve, VIDEO)
            await here.until_shown("Done in", alone)
            (video,) = here.videos(alone)
            here.telegram.say(here.chat, here.ada, "/ban 9")
            await here.until_shown("User telegram:9 gets no answer any more")
            written = len(here.written(alone))
            press = here.telegram.press(video, "Again", eve)
            inline = here.telegram.inline(eve, "cat")
            edited = here.telegram.say(alone, eve, "/models")
            here.telegram.amend(edited, text="/models now")
            for line in ("/start", "a cat", "/video"):
                here.telegram.say(alone, eve, line)
            here.telegram.say(group, eve, "/characters")
            here.telegram.say(group, here.ada, "/characters")
            await here.until_shown("no characters yet", group)
            await here.telegram.until(lambda: not here.telegram.inbox.pending)

    assert (len(here.written(alone)), len(here.written(group))) == (written, 1)
    assert (press.answers, inline.answers) == ([], [])
    assert here.harness.paid == 1


async def test_a_ban_goes_along_to_the_supergroup(tmp_path: Path) -> None:
    async with telegram_bot(tmp_path) as here:
        here.harness.policy = Policy(admins=ADMIN)
        old, eve = here.telegram.group(OLD), here.telegram.user(9)
        async with here.bot():
            here.telegram.say(old, here.ada, "/ban chat")
            await here.until_shown("Nobody in chat", old)
            new = here.telegram.upgrade(old, GROUP)
            await here.telegram.until(lambda: not here.telegram.inbox.pending)
            here.telegram.say(new, eve, "/characters")
            here.telegram.say(new, here.ada, "/allow chat")
            await here.until_shown("Everybody in chat", new)
            here.telegram.say(new, eve, "/characters")
            await here.until_shown("no characters yet", new)

    assert len(here.written(new)) == 2


async def test_who_runs_a_group_keeps_people_out_of_it(tmp_path: Path) -> None:
    async with telegram_bot(tmp_path) as here:
        here.harness.policy = Policy(admins=ADMIN)
        here.telegram.world.privacy = False
        group, eve, bob = here.telegram.group(GROUP), *map(here.telegram.user, (9, 8))
        alone = here.telegram.private(eve)
        here.telegram.admin(group, bob)
        async with here.bot():
            hers = here.telegram.say(group, eve, "hello")
            here.telegram.say(group, eve, "/deny 8")
            await here.until_shown("Only this bot's admins can do that", group)
            here.telegram.say(group, bob, "/deny", reply_to=hers)
            await here.until_shown("User telegram:9 can no longer use the bot in this chat", group)
            assert await refused(here, group, eve)
            assert not await refused(here, alone, eve)


async def test_a_mention_of_somebody_without_a_username_names_them(tmp_path: Path) -> None:
    async with telegram_bot(tmp_path) as here:
        here.harness.policy = Policy(admins=ADMIN)
        here.telegram.user(9, "Eve Smith")
        async with here.bot():
            said = "/grant 😀Eve Smith 50"
            mention = {
                "type": "text_mention",
                "offset": 7,
                "length": 11,
                "user": {"id": 9, "is_bot": False, "first_name": "Eve Smith"},
            }
            here.telegram.say(here.chat, here.ada, said, entities=(mention,))
            await here.until_shown("telegram:9 now has 50 credits of their own")


async def test_who_writes_as_a_channel_orders_only_where_an_admin_has_allowed_that_one(
    tmp_path: Path,
) -> None:
    async with telegram_bot(tmp_path) as here:
        here.harness.policy = Policy(admins=ADMIN)
        here.telegram.world.privacy = False
        group, eve = here.telegram.group(GROUP), here.telegram.user(9)
        hers, other = (here.telegram.channel(GROUP - number) for number in (1, 2))
        async with here.bot() as engine:
            here.telegram.say(group, eve, "just chatting", mask=hers)
            here.telegram.say(group, eve, "/status", mask=hers)
            await here.until_shown("no jobs", group)
            for line in (VIDEO, "/video", "/ask why", "/again"):
                before = len(here.written(group))
                order = here.telegram.say(group, eve, line, mask=hers)
                await here.telegram.until(lambda n=before: len(here.written(group)) > n)
                assert "in a channel's name" in here.written(group)[-1].text
            assert (here.harness.paid, len(here.written(group))) == (0, 5)
            here.telegram.say(group, here.ada, "/allow", reply_to=order)
            await here.until_shown(f"User telegram:{hers.id} can use the bot now", group)
            here.telegram.say(group, eve, VIDEO, mask=other)
            await here.telegram.until(lambda: len(here.written(group)) == 7)
            here.telegram.say(group, eve, VIDEO, mask=hers)
            await here.until_shown("Done in", group)
            jobs = await engine.jobs_of(User(platform="telegram", id=str(hers.id)))

    assert (len(jobs), here.harness.paid) == (1, 1)


async def test_a_channel_can_trouble_nobody_about_payments(tmp_path: Path) -> None:
    async with telegram_bot(tmp_path) as here:
        here.harness.policy, here.stars = Policy(admins=ADMIN), StarsPrice(per_100=100)
        group, eve = here.telegram.group(GROUP), here.telegram.user(9)
        async with here.bot():
            for number in (1, 2):
                hers = here.telegram.channel(GROUP - number)
                here.telegram.say(group, eve, "/paysupport give me Stars", mask=hers)
            await here.telegram.until(lambda: len(here.written(group)) == 2)

    assert all("in a channel's name" in each.text for each in here.written(group))
    assert here.written() == []


async def test_a_hidden_admin_orders_as_the_group_and_runs_it(tmp_path: Path) -> None:
    async with telegram_bot(tmp_path) as here:
        here.harness.house_rules = HouseRules(person=CreditLimits(daily=60))
        group, bob, eve = here.telegram.group(GROUP), *map(here.telegram.user, (8, 9))
        for each in (bob, eve):
            here.telegram.admin(group, each)
        async with here.bot() as engine:
            here.telegram.say(group, bob, VIDEO, mask=group)
            await here.until_shown("Done in", group)
            here.telegram.say(group, eve, f"{VIDEO} that sings", mask=group)
            # Whoever hides there, it is one person, with one allowance.
            await here.until_shown("/balance shows everything", group)
            here.telegram.say(group, eve, "/limits daily 70", mask=group)
            await here.until_shown("70 credits", group)
            jobs = await engine.jobs_of(User(platform="telegram", id=str(GROUP)))

    assert (len(jobs), here.harness.paid) == (1, 1)
