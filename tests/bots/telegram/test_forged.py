"""Presses on Telegram that no button of ours stands for."""

from pathlib import Path

from core.people.access import Policy
from core.platform import User
from tests.fakes.forged import forged
from tests.fakes.telegram.bot import GROUP, telegram_bot

ORDER = "/video private --model sandbox-video 1s a secret"


async def test_a_forged_press_gets_nothing_of_another_persons_private_job(
    tmp_path: Path,
) -> None:
    async with telegram_bot(tmp_path) as here:
        here.harness.public_url = "https://bot.example"
        here.harness.policy = Policy(admins=frozenset({"telegram:7"}))
        eve = here.telegram.user(9)
        alone, group = here.telegram.private(eve), here.telegram.group(GROUP)
        here.telegram.admin(group, eve)
        ada, hers = (User(platform="telegram", id=id_) for id_ in ("7", "9"))
        async with here.bot() as engine:
            here.telegram.say(here.chat, here.ada, ORDER)
            await here.until_shown("Done in")
            await engine.idle()
            (job,) = await engine.jobs_of(ada)
            here.telegram.say(alone, eve, "/status")
            spot = await here.until_shown("no jobs", alone)
            here.telegram.say(group, eve, "/status")
            there = await here.until_shown("no jobs", group)
            presses = [
                here.telegram.forge(message, data, eve)
                for data in forged(job.id)
                for message in (spot, there)
            ]
            await here.telegram.until(lambda: all(press.answers for press in presses))
            await engine.idle()
            shared = await engine.services.shares.living([job.id])
            after = await engine.services.store.get(job.id)
            theirs = await engine.jobs_of(hers)
            own = await engine.services.credits.store.own(hers.party)

    assert (after, shared) == (job, frozenset())
    assert (theirs, own, here.harness.paid) == ([], 0, 1)
    written = [*here.written(alone), *here.written(group)]
    alerts = [answer.get("text") or "" for press in presses for answer in press.answers]
    assert not any("secret" in said for said in (*alerts, *(each.text for each in written)))
    assert not any("Something went wrong" in said for said in alerts)
    assert here.videos(alone) == here.videos(group) == []
