"""Commands as every platform sends them, on a real engine: answers, refusals, polite accidents."""

import time
from collections.abc import AsyncGenerator
from dataclasses import replace
from pathlib import Path

import pytest

from core.commands.dispatch import Answer, dispatch
from core.engine.engine import Engine
from core.engine.order import new_id
from core.i18n import Locale, translate
from core.invocation import IdFormat, Invocation, known
from core.jobs import JobState
from core.media import Cost
from core.people.access import Policy
from core.platform import ConversationRef, User
from sandbox.options import SandboxOptions
from sandbox.server import serve
from tests.fakes.databases import say_beside
from tests.fakes.engine_harness import EngineHarness
from tests.fakes.memory_platform import NAME

ANN = User(platform=NAME, id="ann")
BEN = User(platform=NAME, id="ben")
BOSS = User(platform=NAME, id="7")
ADMINS = frozenset({"chat:7"})


@pytest.fixture
async def harness(tmp_path: Path) -> AsyncGenerator[EngineHarness]:
    options = SandboxOptions(
        state_dir=tmp_path / "sandbox", speed=200, short_side=96, fps=8, seconds_per_clip=6
    )
    async with serve(options) as root:
        yield EngineHarness(folder=tmp_path, root=root)


async def say(
    engine: Engine,
    line: str,
    user: User = ANN,
    locale: Locale = Locale.EN,
    *,
    chat: str = "1",
    runs_chat: bool = False,
    alone: bool = False,
    ids: IdFormat = IdFormat(),  # noqa: B008 - frozen
) -> Answer:
    """What the bot answers to a line."""
    name, _, rest = line.partition(" ")
    return await dispatch(
        engine,
        Invocation(
            command=name,
            text=rest,
            user=user,
            conversation=ConversationRef(platform=NAME, chat=chat),
            is_chat_admin=known(runs_chat),
            is_alone=alone,
            ids=ids,
        ),
        locale,
    )


def text_of(answer: Answer) -> str:
    return answer.view.text if answer.view else ""


async def test_a_video_is_ordered_watched_and_cancelled(harness: EngineHarness) -> None:
    async with harness.engine() as engine:
        ordered = await say(engine, "video -m sandbox-video 1s a cat #hang")
        await harness.chat.until(lambda write: "rendering" in write.text)
        status = text_of(await say(engine, "status"))
        stranger = await say(engine, "cancel", BEN)
        cancelled = await say(engine, "cancel")
        after = text_of(await say(engine, "status"))

    assert ordered == Answer(view=None, done=True)
    assert status.startswith("1. running for 0:0")
    assert status.endswith("sandbox-video · a cat #hang")
    assert text_of(stranger) == "There is nothing to cancel."
    assert not stranger.done
    assert cancelled.done
    assert harness.chat.writes[-1].text == "Cancelled. The gateway may still charge for it."
    assert after == "You have no jobs running or waiting."


async def test_with_several_jobs_one_says_which(harness: EngineHarness) -> None:
    harness.jobs_per_user = 1
    async with harness.engine() as engine:
        for prompt in ("first", "second", "third"):
            await say(engine, f"video -m sandbox-video 1s {prompt} #hang")
        status = text_of(await say(engine, "status")).splitlines()
        which = await say(engine, "cancel")
        unknown = await say(engine, "cancel 9")
        second = await say(engine, "cancel #2")
        left = text_of(await say(engine, "status")).splitlines()
        (job, *_) = await engine.jobs_of(ANN)
        by_id = await say(engine, f"cancel {job.id}")

    assert [line.split(" · ")[0] for line in status[1:]] == [
        "2. Number 1 in line",
        "3. Number 2 in line",
    ]
    assert text_of(which) == (
        "You have 3 jobs. Say which one, for example: /cancel 1. /status shows the numbers."
    )
    assert text_of(unknown) == "You have no job 9. /status lists yours."
    assert (second.done, by_id.done) == (True, True)
    assert [line.rpartition(" · ")[2] for line in left] == ["first #hang", "third #hang"]


async def test_the_last_failed_job_is_retried(harness: EngineHarness) -> None:
    async with harness.engine() as engine:
        nothing = await say(engine, "retry")
        await say(engine, "video -m sandbox-video 1s a cat #quota")
        await engine.idle()
        retried = await say(engine, "retry")
        await engine.idle()
        (job,) = await engine.jobs_of(ANN)

    assert text_of(nothing) == "You have no failed job."
    assert retried.done
    assert job.state is JobState.FAILED
    assert engine.failed == 2


async def test_the_last_video_is_made_again_and_paid_again(harness: EngineHarness) -> None:
    async with harness.engine() as engine:
        nothing = await say(engine, "again")
        await say(engine, "video -m sandbox-video 1s a cat")
        await engine.idle()
        (first,) = await engine.jobs_of(ANN)
        other = await say(engine, f"again {first.id}", BEN)
        again = await say(engine, f"again {first.id}")
        await engine.idle()
        (second, _) = await engine.jobs_of(ANN)

    assert text_of(nothing) == "You have no video or picture to repeat."
    assert (other.done, again.done, harness.paid) == (False, True, 2)
    assert (second.state, second.request) == (JobState.DONE, first.request)


async def test_help_and_models_speak_the_users_language(harness: EngineHarness) -> None:
    async with harness.engine() as engine:
        english = text_of(await say(engine, "help"))
        options = text_of(await say(engine, "help video"))
        chinese = text_of(await say(engine, "models all", locale=Locale.ZH))

    assert "/retry: try a failed job again" in english
    assert "  length: 15s (--seconds, --dur)" in options
    assert "sora-2-pro（whatai）：16:9, 9:16 · 10/15/25 秒" in chinese
    assert "已下线" in chinese


async def test_an_unknown_command_and_a_wrong_option_are_explained(harness: EngineHarness) -> None:
    async with harness.engine() as engine:
        command = await say(engine, "modles")
        option = await say(engine, "video --ration 1:1 x")

    assert text_of(command) == (
        "There is no command /modles. /help lists all commands.\nDid you mean /models?"
    )
    assert text_of(option).endswith("Did you mean --ratio?")
    assert (command.done, option.done) == (False, False)


async def test_what_cannot_be_stored_is_not_sent(harness: EngineHarness) -> None:
    async with harness.engine() as engine:
        say_beside(harness.folder, "DROP TABLE jobs")
        answer = await say(engine, "video -m sandbox-video a cat")

    assert "cannot save anything right now" in text_of(answer)
    assert (answer.done, harness.paid) == (False, 0)


async def test_an_accident_is_polite_and_has_an_id_that_the_log_knows(
    harness: EngineHarness, caplog: pytest.LogCaptureFixture
) -> None:
    harness.chat.refuse("send", *[RuntimeError("sk-abcdefgh is wrong")] * 2)
    async with harness.engine() as engine:
        answer = await say(engine, "video -m sandbox-video a cat")

    incident = text_of(answer).rpartition(" ")[2].rstrip(".")
    assert len(incident) == 8
    assert incident in caplog.text
    assert "sk-abcdefgh" not in text_of(answer)


async def test_who_has_no_access_is_told_whom_to_ask_in_ones_own_language(
    harness: EngineHarness,
) -> None:
    harness.policy = Policy(allowed_chats=frozenset({"chat:2"}))
    chinese = User(platform=NAME, id="li", locale="zh-hans")
    async with harness.engine() as engine:
        refused = await say(engine, "video -m sandbox-video 1s a cat", chinese)
        welcome = await say(engine, "models", chinese, chat="2")

    assert text_of(refused) == (
        "您还不能在这里使用本机器人。如需使用，请把这些信息发给管理员：用户 chat:li，聊天 chat:1。"
    )
    assert (refused.done, welcome.done, harness.paid) == (False, True, 0)


async def test_admins_open_and_close_the_chat_they_type_in(harness: EngineHarness) -> None:
    harness.policy = Policy(admins=ADMINS, allowed_chats=frozenset({"chat:2"}))
    async with harness.engine() as engine:
        allowed = text_of(await say(engine, "allow", BOSS))
        inside = await say(engine, "models")
        denied = text_of(await say(engine, "deny", BOSS))
        outside = await say(engine, "models")
        boss = await say(engine, "models", BOSS)

    assert allowed.startswith("Everybody in chat chat:1 can use the bot now")
    assert denied.startswith("Nobody in chat chat:1 can use the bot any more")
    assert (inside.done, outside.done, boss.done) == (True, False, True)


@pytest.mark.parametrize(
    ("rule", "shut_out"),
    [
        ("deny 5", ("5", "1")),
        ("deny user 5", ("5", "1")),
        ("deny chat 100", ("6", "100")),
        ("deny 群 100", ("6", "100")),
        ("deny chat !Films:x.org", ("6", "!Films:x.org")),
        ("deny user @Ann:x.org", ("@Ann:x.org", "1")),
        ("deny @Ann:x.org user", ("@Ann:x.org", "1")),
    ],
)
async def test_rules_outlive_the_process_and_name_a_user_or_a_chat(
    harness: EngineHarness, rule: str, shut_out: tuple[str, str]
) -> None:
    harness.policy = Policy(admins=ADMINS)
    user, chat = shut_out
    async with harness.engine() as engine:
        said = await say(engine, rule, BOSS)

    async with harness.engine() as engine:
        refused = await say(engine, "models", User(platform=NAME, id=user), chat=chat)
        other = await say(engine, "models", BEN, chat="3")

    assert (said.done, refused.done, other.done) == (True, False, True)


async def test_a_platform_says_what_its_ids_look_like_and_whom_they_name(
    harness: EngineHarness,
) -> None:
    harness.policy = Policy(admins=ADMINS)
    matrix = IdFormat(user=r"@\S+:\S+", chat=r"!\S+:\S+")
    async with harness.engine() as engine:
        chat = text_of(await say(engine, "deny !Films:x.org", BOSS, ids=matrix))
        user = text_of(await say(engine, "deny @Ann:x.org", BOSS, ids=matrix))
        again = text_of(await say(engine, "allow user @Ann:x.org", BOSS, ids=matrix))
        typo = text_of(await say(engine, "deny usre", BOSS, ids=matrix))
        wrong = text_of(await say(engine, "deny user !Films:x.org", BOSS, ids=matrix))

    assert chat == translate(Locale.EN, "denied-chat", id="chat:!Films:x.org")
    assert user == translate(Locale.EN, "denied-user", id="chat:@Ann:x.org")
    assert again == translate(Locale.EN, "allowed-user", id="chat:@Ann:x.org")
    assert typo == translate(Locale.EN, "party-no-id", given="usre", platform="chat")
    assert wrong == translate(Locale.EN, "party-no-id", given="!Films:x.org", platform="chat")


async def test_only_admins_make_rules_and_none_against_each_other(harness: EngineHarness) -> None:
    harness.policy = Policy(admins=ADMINS)
    async with harness.engine() as engine:
        chat_admin = await say(engine, "ban ", ANN, runs_chat=True)
        against = await say(engine, "deny 7", BOSS)
        nobody = await say(engine, "deny user", BOSS)
        after = await say(engine, "models", BEN)

    assert text_of(chat_admin) == "Only this bot's admins can do that."
    assert text_of(against) == "This is an admin of the bot, who always has access."
    assert text_of(nobody) == "Say whose id it is, for example: /deny user 123"
    assert after.done


async def test_help_shows_the_admins_commands_to_admins_alone(harness: EngineHarness) -> None:
    harness.policy = Policy(admins=ADMINS, allowed_chats=frozenset({"chat:2"}))
    async with harness.engine() as engine:
        to_ann = text_of(await say(engine, "help"))
        to_boss = text_of(await say(engine, "help", BOSS))

    assert "/settings:" in to_ann
    assert "/allow" not in to_ann
    assert "/deny" not in to_ann
    assert "/allow:" in to_boss
    assert "/deny:" in to_boss


async def test_who_loses_access_still_sees_and_stops_what_is_under_way(
    harness: EngineHarness,
) -> None:
    harness.policy = Policy(admins=ADMINS)
    async with harness.engine() as engine:
        await say(engine, "video -m sandbox-video 1s a cat #hang")
        await say(engine, "deny", BOSS)
        status = text_of(await say(engine, "status"))
        cancelled = await say(engine, "cancel")

    assert "a cat #hang" in status
    assert cancelled.done


async def test_who_runs_a_chat_cancels_any_job_of_that_chat_by_its_button(
    harness: EngineHarness,
) -> None:
    harness.policy = Policy(admins=ADMINS)
    async with harness.engine() as engine:
        for prompt in ("first", "second"):
            await say(engine, f"video -m sandbox-video 1s {prompt} #hang")
        second, first = await engine.jobs_of(ANN)
        member = await say(engine, f"cancel {first.id}", BEN)
        elsewhere = await say(engine, f"cancel {first.id}", BEN, chat="2", runs_chat=True)
        here = await say(engine, f"cancel {first.id}", BEN, runs_chat=True)
        boss = await say(engine, f"cancel {second.id}", BOSS)
        states = {job.state for job in await engine.jobs_of(ANN)}

    assert (member.done, elsewhere.done) == (False, False)
    assert (here.done, boss.done) == (True, True)
    assert states == {JobState.CANCELLED}


async def test_defaults_are_kept_and_fill_in_what_is_not_typed(harness: EngineHarness) -> None:
    async with harness.engine() as engine:
        shown = text_of(await say(engine, "settings model sandbox-video seconds 1s"))
        await say(engine, "settings chat ratio portrait", BEN, runs_chat=True)

    async with harness.engine() as engine:
        await say(engine, "video a cat")
        await say(engine, "video square a dog")
        await engine.idle()
        dog, cat = (job.request for job in await engine.jobs_of(ANN))

    assert shown.splitlines()[:2] == [
        "Your defaults: sandbox-video · 1 s",
        "Defaults of this chat: none",
    ]
    assert (cat.model, cat.ratio, cat.seconds) == ("sandbox/sandbox-video", "9:16", 1)
    assert (dog.ratio, dog.seconds) == ("1:1", 1)


async def test_only_who_runs_a_chat_changes_its_defaults(harness: EngineHarness) -> None:
    harness.policy = Policy(admins=ADMINS)
    async with harness.engine() as engine:
        member = await say(engine, "settings chat seconds 8")
        before = text_of(await say(engine, "settings chat"))
        await say(engine, "settings chat seconds 8", BOSS)
        after = text_of(await say(engine, "settings chat"))
        await say(engine, "settings chat reset ratio 1:1", ANN, runs_chat=True)
        reset = text_of(await say(engine, "settings"))

    assert text_of(member).startswith("Only this chat's admins can change its defaults.")
    assert "Defaults of this chat: none" in before
    assert "Defaults of this chat: 8 s" in after
    assert "Defaults of this chat: 1:1" in reset


async def test_ones_own_language_counts_before_the_chats_and_that_before_the_platforms(
    harness: EngineHarness,
) -> None:
    german = User(platform=NAME, id="uwe", locale="de")
    english = User(platform=NAME, id="eve", locale="en-GB")
    async with harness.engine() as engine:
        default = text_of(await say(engine, "status", german, Locale.ZH))
        said = text_of(await say(engine, "status", english, Locale.ZH))
        switched = text_of(await say(engine, "settings chat language zh", ANN, runs_chat=True))
        chats = text_of(await say(engine, "status", english))
        await say(engine, "settings language en", english)
        own = text_of(await say(engine, "status", english))
        cleared = text_of(await say(engine, "settings language auto", english))

    assert default == translate(Locale.ZH, "status-none")
    assert said == own == "You have no jobs running or waiting."
    assert chats == default
    assert switched.startswith("您的默认设置：无\n本聊天的默认设置：zh")
    assert cleared.startswith("您的默认设置：无")


async def test_the_rest_is_estimated_from_what_such_jobs_took_lately(
    harness: EngineHarness,
) -> None:
    async with harness.engine() as engine:
        await say(engine, "video -m sandbox-video 1s a cat #hang")
        first = (await harness.chat.until(lambda write: "left" in write.text)).text
        await say(engine, "cancel")
    for _ in range(3):
        done = replace(harness.job(), state=JobState.DONE, started_at=0.0, ended_at=3000.0)
        await harness.leave(done)
    harness.chat.writes.clear()
    async with harness.engine() as engine:
        await say(engine, "video -m sandbox-video 1s a dog #hang")
        later = (await harness.chat.until(lambda write: "left" in write.text)).text
        await say(engine, "cancel")

    assert "about 50:00 left" not in first
    assert "about 50:00 left" in later


async def test_a_history_that_cannot_be_read_keeps_nobody_from_ordering(
    harness: EngineHarness,
) -> None:
    done = replace(harness.job(), state=JobState.DONE, told=True, started_at=0.0, ended_at=9.0)
    await harness.leave(done)
    async with harness.engine() as engine:
        say_beside(harness.folder, "UPDATE jobs SET request = '[]'")
        answer = await say(engine, "video -m sandbox-video 1s a cat", BEN)
        await engine.idle()
        (job,) = await engine.jobs_of(BEN)

    assert answer.done
    assert job.state is JobState.DONE


async def test_what_gateways_have_charged_is_told_to_admins_who_read_it_alone(
    harness: EngineHarness,
) -> None:
    harness.policy = Policy(admins=ADMINS)
    done = replace(harness.job(), state=JobState.DONE, told=True, created_at=time.time() - 60)
    costs = (Cost(amount=0.125), Cost(amount=0.25), Cost(amount=1e6, unit="tokens"), None)
    for cost in costs:
        await harness.leave(replace(done, id=new_id(), cost=cost))
    await harness.leave(replace(done, id="old", cost=Cost(amount=9), created_at=1.0))
    async with harness.engine() as engine:
        alone = text_of(await say(engine, "status", BOSS, alone=True))
        chinese = text_of(await say(engine, "status", BOSS, Locale.ZH, alone=True))
        others = [
            text_of(await say(engine, "status", BOSS)),
            text_of(await say(engine, "status", ANN, alone=True)),
        ]

    none, usd, tokens = alone.splitlines()
    assert others == [none, none]
    told = "Charged by sandbox in the last 30 days, as far as it tells:"
    assert usd == f"{told} 0.375 USD for 2 jobs"
    assert tokens == f"{told} 1000000 tokens for 1 job"
    assert "2 个任务，共 0.375 USD" in chinese
