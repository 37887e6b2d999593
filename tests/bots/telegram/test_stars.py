"""Credits for Telegram Stars: what is paid for is there, once, whatever happens in between."""

import re
import sqlite3
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from pathlib import Path

import pytest

from bots.telegram.stars import StarsPrice
from core.engine.engine import Engine
from core.files.disk import Room
from core.people.access import Policy
from core.people.balance import CreditLimits, HouseRules
from core.platform import Party
from tests.fakes.telegram.bot import GROUP, TelegramBotHarness, telegram_bot
from tests.fakes.telegram.chat import TelegramMessage
from tests.fakes.telegram.world import TelegramQuery

ADA = Party(platform="telegram", kind="user", id="7")
CHARGE = "stxAbC"


@dataclass(frozen=True, slots=True)
class Counter:
    """Where credits are sold."""

    here: TelegramBotHarness

    async def invoice(self, line: str = "/buy") -> TelegramMessage:
        here = self.here
        before = len(here.telegram.called("sendInvoice"))
        here.telegram.say(here.chat, here.ada, line)
        await here.telegram.until(lambda: len(here.telegram.called("sendInvoice")) > before)
        return here.telegram.answers(here.chat)[-1]

    async def agreed(self, query: TelegramQuery) -> tuple[bool, str]:
        """What the bot has answered to a checkout."""
        await self.here.telegram.until(lambda: bool(query.answers))
        return query.answers[0]["ok"], query.answers[0].get("error_message", "")

    async def bought(self, charge: str = CHARGE) -> None:
        invoice = await self.invoice()
        self.here.telegram.pay(invoice, self.here.ada, charge)
        await self.here.until_shown(charge)


@pytest.fixture
async def counter(tmp_path: Path) -> AsyncGenerator[Counter]:
    async with telegram_bot(tmp_path) as here:
        here.stars = StarsPrice(per_100=130)
        here.harness.house_rules = HouseRules(person=CreditLimits(daily=1))
        yield Counter(here)


async def own(engine: Engine) -> int:
    return await engine.services.credits.store.own(ADA)


async def test_what_is_paid_for_is_ones_own_and_can_be_spent(counter: Counter) -> None:
    async with counter.here.bot() as engine:
        invoice = await counter.invoice("/buy 50")
        query = counter.here.telegram.check_out(invoice, counter.here.ada)
        assert await counter.agreed(query) == (True, "")
        counter.here.telegram.pay(invoice, counter.here.ada, CHARGE)
        said = await counter.here.until_shown("Thank you")

        assert said.text.startswith("Thank you: 50 credits are yours, so you have 50 credits")
        (sold,) = counter.here.telegram.called("sendInvoice")
        assert (sold.params["currency"], sold.params["prices"][0]["amount"]) == ("XTR", 65)
        counter.here.telegram.say(counter.here.chat, counter.here.ada, "/video 1s a cat")
        await counter.here.until_shown("Done in")
        assert await own(engine) < 50_000


async def test_a_payment_that_is_told_again_counts_once_also_after_a_restart(
    counter: Counter,
) -> None:
    async with counter.here.bot():
        await counter.bought()
        invoice = await counter.invoice()
    async with counter.here.bot() as engine:
        counter.here.telegram.pay(invoice, counter.here.ada, CHARGE)
        counter.here.telegram.pay(invoice, counter.here.ada, "stxOther")
        await counter.here.until_shown("stxOther")

        assert await own(engine) == 200_000


async def test_a_payment_of_which_the_bot_hears_after_its_start_is_written_down(
    counter: Counter,
) -> None:
    async with counter.here.bot():
        invoice = await counter.invoice()
    counter.here.telegram.pay(invoice, counter.here.ada, CHARGE)
    async with counter.here.bot() as engine:
        await counter.here.until_shown("Thank you")

        assert await own(engine) == 100_000


async def test_what_was_paid_for_counts_although_nothing_can_be_read_or_is_sold_any_more(
    counter: Counter,
) -> None:
    here = counter.here
    async with here.bot():
        invoice = await counter.invoice()
    here.stars = None
    async with here.bot() as engine:
        ok, said = await counter.agreed(here.telegram.check_out(invoice, here.ada))
        assert not ok
        assert said.startswith("No credits are sold here any more")
        # What would be read first, to say thanks in a language, is broken.
        broken = sqlite3.connect(here.harness.folder / "jobs.db")
        broken.execute("DROP TABLE preferences")
        broken.close()
        here.telegram.pay(invoice, here.ada, CHARGE)
        await here.until_shown("Thank you")

        assert await own(engine) == 100_000


async def test_nobody_pays_for_somebody_else_or_at_an_old_price(counter: Counter) -> None:
    here = counter.here
    async with here.bot():
        invoice = await counter.invoice()
        bob = here.telegram.user(8, "Bob")
        ok, said = await counter.agreed(here.telegram.check_out(invoice, bob))
        assert not ok
        assert said.startswith("This invoice was made for somebody else")
    here.stars = StarsPrice(per_100=200)
    async with here.bot():
        ok, said = await counter.agreed(here.telegram.check_out(invoice, here.ada))
        assert not ok
        assert said.startswith("The price has changed")
    here.harness.policy = Policy(allowed_chats=frozenset({"telegram:1"}))
    here.stars = StarsPrice(per_100=130)
    async with here.bot():
        ok, said = await counter.agreed(here.telegram.check_out(invoice, here.ada))
        assert not ok
        assert said.startswith("You cannot use this bot")


async def test_nobody_pays_while_nothing_can_be_written_down(counter: Counter) -> None:
    here = counter.here
    async with here.bot():
        invoice = await counter.invoice()
    database = here.harness.folder / "jobs.db"
    here.harness.room = Room(files=(database,))
    async with here.bot():
        database.rename(database.with_suffix(".gone"))
        ok, said = await counter.agreed(here.telegram.check_out(invoice, here.ada))

    assert not ok
    assert said.startswith("The bot cannot write anything down")


@pytest.mark.parametrize("line", ["/buy 0", "/buy much", "/buy 9999999"])
async def test_an_amount_that_cannot_be_sold_is_explained(counter: Counter, line: str) -> None:
    async with counter.here.bot():
        counter.here.telegram.say(counter.here.chat, counter.here.ada, line)
        said = await counter.here.until_shown("Say how many credits")

    assert "from 1 to 19,230" in said.text


async def test_nobody_pays_for_more_than_every_database_can_write_down(counter: Counter) -> None:
    here = counter.here
    here.stars = StarsPrice(per_100=1)
    async with here.bot():
        here.telegram.say(here.chat, here.ada, "/buy 2200000")
        said = await here.until_shown("Say how many credits")
        invoice = await counter.invoice("/buy 2000000")
        sold = here.telegram.called("sendInvoice")[-1].params
        # As an earlier version has made it.
        invoices = here.telegram.world.invoices
        (place, made), *_ = invoices.items()
        price = made.prices[0].model_copy(update={"amount": 22_000})
        older = {"payload": "credits:2200000:7", "prices": [price]}
        invoices[place] = made.model_copy(update=older)
        ok, why = await counter.agreed(here.telegram.check_out(invoice, here.ada))

    assert "from 1 to 2,000,000" in said.text
    assert sold["prices"][0]["amount"] == 20_000
    assert not ok
    assert why.startswith("The price has changed")


async def test_in_a_group_nothing_is_sold(counter: Counter) -> None:
    here = counter.here
    group = here.telegram.group(GROUP)
    async with here.bot():
        here.telegram.say(group, here.ada, "/buy")
        said = await here.until_shown("only you and the bot", group)
        here.telegram.say(here.chat, here.ada, "/start buy")
        await here.telegram.until(lambda: bool(here.telegram.called("sendInvoice")))

    assert said.text.endswith("?start=buy")


async def test_a_refund_takes_the_credits_back_and_returns_the_stars_once(
    counter: Counter,
) -> None:
    here = counter.here
    here.harness.policy = Policy(admins=frozenset({"telegram:9"}))
    root = here.telegram.user(9, "Root")
    office = here.telegram.private(root)
    async with here.bot() as engine:
        await counter.bought()
        here.telegram.say(here.chat, here.ada, f"/refund {CHARGE}")
        await here.until_shown("admins")
        assert await own(engine) == 100_000
        for line, said in (
            ("/refund", "Say which payment"),
            ("/refund stxNobody", "no such payment"),
            (f"/refund {CHARGE}", "its 100 credits are taken back"),
            (f"/refund {CHARGE}", "its 100 credits are taken back"),
        ):
            told = len(here.telegram.answers(office))
            here.telegram.say(office, root, line)
            await here.telegram.until(
                lambda before=told: len(here.telegram.answers(office)) > before
            )
            assert said in here.telegram.answers(office)[-1].text
        assert len(here.telegram.called("refundStarPayment")) == 2

        assert await own(engine) == 0
        (act,) = await engine.services.audit.latest(5)
    assert (act.by.id, act.command, act.about, act.what) == (
        "9",
        "refund",
        "user telegram:7",
        CHARGE,
    )
    assert here.telegram.world.payments[CHARGE].refunded


async def test_what_was_paid_is_given_back_also_when_nothing_is_sold_any_more(
    counter: Counter,
) -> None:
    here = counter.here
    here.harness.policy = Policy(admins=frozenset({"telegram:9"}))
    root = here.telegram.user(9, "Root")
    office = here.telegram.private(root)
    async with here.bot():
        await counter.bought()
    here.stars = None
    async with here.bot() as engine:
        here.telegram.say(here.chat, here.ada, f"/refund {CHARGE}")
        await here.until_shown("There is no command /refund")
        here.telegram.say(office, root, f"/refund {CHARGE}")
        await here.until_shown("its 100 credits are taken back", office)

        assert await own(engine) == 0
    assert here.telegram.world.payments[CHARGE].refunded


async def test_a_refund_that_is_refused_for_good_names_how_its_buyer_gets_the_credits_back(
    counter: Counter,
) -> None:
    here = counter.here
    here.harness.policy = Policy(admins=frozenset({"telegram:9"}))
    root = here.telegram.user(9, "Root")
    office = here.telegram.private(root)
    async with here.bot() as engine:
        await counter.bought()
        del here.telegram.world.payments[CHARGE]  # as one of another bot
        here.telegram.say(office, root, f"/refund {CHARGE}")
        told = await here.until_shown("could not be returned", office)
        assert await own(engine) == 0
        way_out = re.search(r"/grant \d+ \S+", told.text)
        assert way_out
        here.telegram.say(office, root, way_out[0])
        await here.until_shown("telegram:7 now has", office)

        assert await own(engine) == 100_000


async def test_who_has_a_question_about_a_payment_reaches_the_admins(counter: Counter) -> None:
    here = counter.here
    here.harness.policy = Policy(admins=frozenset({"telegram:9", "discord:1"}))
    office = here.telegram.private(here.telegram.user(9, "Root"))
    async with here.bot():
        for line, said in (
            ("/paysupport", "Write what it is about"),
            ("/paysupport where are\n\u202ethey?", "Passed on"),
            ("/terms", "cannot be paid out"),
        ):
            here.telegram.say(here.chat, here.ada, line)
            await here.until_shown(said)
        told = await here.until_shown("says about a payment", office)

    assert told.text == "telegram:7 says about a payment: where are \\u202ethey?"


@pytest.mark.parametrize("sender", ["bot", "person"])
async def test_stars_that_telegram_gives_back_take_their_credits_along_once(
    counter: Counter, sender: str
) -> None:
    here = counter.here
    here.harness.policy = Policy(admins=frozenset({"telegram:9"}))
    office = here.telegram.private(here.telegram.user(9, "Root"))
    by = here.ada if sender == "person" else here.telegram.me
    async with here.bot() as engine:
        await counter.bought()
        here.telegram.say(here.chat, here.ada, "/video 1s a cat")
        await here.until_shown("Done in")
        spent = 100_000 - await own(engine)
        assert spent
        here.telegram.give_back(CHARGE, by)
        told = await here.until_shown("by itself", office)
        await here.until_shown(f"has returned your payment {CHARGE}")
    async with here.bot():
        here.telegram.give_back(CHARGE, by)
        await counter.bought("stxSecond")
    async with here.bot() as engine:
        assert await own(engine) == 100_000 - spent
        (act,) = await engine.services.audit.latest(5)
    assert (act.by.id, act.command, act.about, act.what) == (
        "777000",
        "refund",
        "user telegram:7",
        CHARGE,
    )
    assert CHARGE in told.text
    assert "telegram:7" in told.text
    assert "100 credits" in told.text
    assert [post.text for post in here.written(office)] == [told.text]


async def test_what_refund_has_given_back_is_not_taken_again_when_telegram_says_so(
    counter: Counter,
) -> None:
    here = counter.here
    here.harness.policy = Policy(admins=frozenset({"telegram:9"}))
    root = here.telegram.user(9, "Root")
    office = here.telegram.private(root)
    async with here.bot():
        await counter.bought()
        here.telegram.say(office, root, f"/refund {CHARGE}")
        await here.until_shown("its 100 credits are taken back", office)
        here.telegram.give_back(CHARGE)
        await counter.bought("stxSecond")
    async with here.bot() as engine:
        assert await own(engine) == 100_000
        (act,) = await engine.services.audit.latest(5)
    assert act.by.id == "9"
    assert not here.shows("by itself", office)
    assert not here.shows("has returned your payment")


async def test_a_payment_that_was_given_back_before_the_bot_hears_of_it_counts_for_nothing(
    counter: Counter,
) -> None:
    here = counter.here
    async with here.bot():
        invoice = await counter.invoice()
    here.telegram.pay(invoice, here.ada, CHARGE)
    payment = here.telegram.inbox.pending.pop()
    here.telegram.give_back(CHARGE)
    async with here.bot():
        await here.until_shown(f"has returned your payment {CHARGE}")
        here.telegram.inbox.put("message", payment["message"])
        await counter.bought("stxSecond")
    async with here.bot() as engine:
        assert await own(engine) == 100_000


async def test_what_a_banned_buyer_gets_back_counts_as_well(counter: Counter) -> None:
    here = counter.here
    here.harness.policy = Policy(admins=frozenset({"telegram:9"}))
    root = here.telegram.user(9, "Root")
    office = here.telegram.private(root)
    async with here.bot() as engine:
        await counter.bought()
        here.telegram.say(office, root, "/ban telegram:7")
        await here.until_shown("telegram:7", office)
        here.telegram.give_back(CHARGE, here.ada)
        await here.until_shown("by itself", office)

        assert await own(engine) == 0


async def test_without_a_price_nothing_is_sold(counter: Counter) -> None:
    counter.here.stars = None
    async with counter.here.bot():
        counter.here.telegram.say(counter.here.chat, counter.here.ada, "/buy")
        said = await counter.here.until_shown("There is no command /buy")

    assert said


async def test_who_owes_after_a_refund_is_credited_with_what_they_pay_and_are_given(
    counter: Counter,
) -> None:
    here = counter.here
    here.harness.policy = Policy(admins=frozenset({"telegram:9"}))
    root = here.telegram.user(9, "Root")
    office = here.telegram.private(root)
    async with here.bot() as engine:
        await counter.bought()
        here.telegram.say(here.chat, here.ada, "/video 1s a cat")
        await here.until_shown("Done in")
        here.telegram.say(office, root, f"/refund {CHARGE}")
        await here.until_shown("its 100 credits are taken back", office)
        owed = await own(engine)
        assert owed < -2_000
        here.telegram.say(office, root, "/grant 1 telegram:7")
        await here.until_shown("telegram:7 now has", office)
        assert await own(engine) == owed + 1_000
        invoice = await counter.invoice("/buy 1")
        here.telegram.pay(invoice, here.ada, "stxSecond")
        await here.until_shown("stxSecond")

        assert await own(engine) == owed + 2_000
