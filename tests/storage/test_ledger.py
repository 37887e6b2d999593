"""The promises of the ledger: what is spent is what rows say, and never more than there is."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.errors import UserError
from core.events import Event, TakenError
from core.exchanges import Exchange, ExchangeState, ledger_ref
from core.jobs import Job, JobState
from core.media import MediaRequest
from core.people.balance import NO_LIMIT, Balance, CreditLimits, HouseRules
from core.people.credits import Gift, OverdrawnError, Purchase, Spender
from core.people.currency import THOUSANDTHS, thousandths
from core.platform import ConversationRef, Party, User
from core.validation import MOST_CREDITS
from storage.credits import SqlCreditStore
from storage.database import Database
from storage.exchanges import SqlExchangeStore
from storage.jobs import SqlJobStore
from storage.ledger import CreditLedger
from tests.fakes.acts import ACT
from tests.fakes.balances import unbalanced
from tests.fakes.statements import say

ANN, BOB = (User(platform="chat", id=name) for name in ("ann", "bob"))
HERE = ConversationRef(platform="chat", chat="1")
ROOT = Party(platform="chat", kind="user", id="root")
ASKED = Exchange(
    id="1",
    user=ANN,
    locale="en",
    conversation=HERE,
    model="sandbox/chat",
    prompt="why",
    created_at=1.0,
)
NOON = datetime(2026, 11, 30, 12, tzinfo=UTC).timestamp()
DAY = 86_400.0


@dataclass
class Books:
    """The stores that share a ledger, and the time that it is for them."""

    database: Database
    rules: HouseRules
    now: float = NOON
    jobs: SqlJobStore = field(init=False)
    exchanges: SqlExchangeStore = field(init=False)
    credits: SqlCreditStore = field(init=False)

    def __post_init__(self) -> None:
        ledger = CreditLedger(self.rules, now=lambda: self.now)
        self.jobs = SqlJobStore(self.database, ledger)
        self.exchanges = SqlExchangeStore(self.database, ledger)
        self.credits = SqlCreditStore(self.database, ledger)

    async def order(
        self, credits_: int, user: User = ANN, state: JobState = JobState.WAITING
    ) -> Job:
        job = Job(
            id=uuid4().hex,
            user=user,
            locale="en",
            conversation=HERE,
            model="sandbox/sandbox-video",
            request=MediaRequest(prompt="a cat"),
            credits=credits_,
            created_at=1.0,
            state=state,
        )
        await self.jobs.add(job)
        return job

    async def end(self, job: Job, credits_: int) -> None:
        state = JobState.DONE if credits_ else JobState.FAILED
        claimed = await self.jobs.claim(job.id)
        assert claimed
        await self.jobs.save(replace(claimed, state=state, credits=credits_))

    async def give(self, amount: int, user: User = ANN) -> None:
        await self.credits.give(Gift(to=user.party, amount=amount, by=ROOT), ACT)

    async def balance(self, user: User = ANN) -> Balance:
        return await self.credits.balance(user.party, HERE.party)

    async def left(self, user: User = ANN) -> float | None:
        available = (await self.balance(user)).available
        return None if available is None else available / 1000


@pytest.fixture
def books(database: Database) -> Books:
    rules = HouseRules(
        person=CreditLimits(daily=100, monthly=250),
        chat=CreditLimits(daily=150),
        is_exempt=lambda party: party == ROOT,
    )
    return Books(database, rules)


async def test_the_most_that_anything_may_be_can_be_written_down(books: Books) -> None:
    root = Spender(user=ROOT, chat=HERE.party)
    await books.give(MOST_CREDITS)
    limits = CreditLimits(daily=MOST_CREDITS, monthly=MOST_CREDITS)
    await books.credits.decide(ANN.party, limits, ACT)
    await books.credits.decide(HERE.party, CreditLimits(daily=NO_LIMIT), ACT)
    await books.order(MOST_CREDITS)
    await books.credits.reserve(root, "answer", 1000)
    # As a gateway may say that it has used.
    cost = await books.credits.settle("answer", thousandths(1e18))

    assert await books.left() == MOST_CREDITS
    assert await books.credits.decided(ANN.party) == limits
    assert cost == MOST_CREDITS * THOUSANDTHS


async def test_an_order_takes_what_it_may_cost_and_its_end_gives_back_the_rest(
    books: Books,
) -> None:
    half, failed = await books.order(40), await books.order(30)
    assert await books.left() == 30

    await books.end(half, 20)
    await books.end(failed, 0)

    assert await books.left() == 80


async def test_what_is_too_dear_leaves_nothing_behind(books: Books) -> None:
    await books.order(90)

    with pytest.raises(OverdrawnError) as raised:
        await books.order(11)

    assert raised.value.key == "credits-short-today"
    assert len(await books.jobs.of_user(ANN, limit=9)) == 1
    assert await books.left() == 10


async def test_two_orders_at_once_never_overdraw(books: Books) -> None:
    outcomes = await asyncio.gather(*(books.order(60) for _ in range(5)), return_exceptions=True)

    assert sorted(type(each).__name__ for each in outcomes) == ["Job", *["OverdrawnError"] * 4]
    assert await books.left() == 40


async def test_a_draft_costs_nothing_until_it_is_ordered(books: Books) -> None:
    draft = await books.order(80, state=JobState.DRAFT)
    await books.order(50)
    claimed = await books.jobs.claim(draft.id, only=JobState.DRAFT)
    assert claimed

    with pytest.raises(OverdrawnError):
        await books.jobs.order(replace(claimed, state=JobState.WAITING))

    row = await books.jobs.get(draft.id)
    assert row
    assert (row.state, await books.left()) == (JobState.DRAFT, 50)
    await books.give(40)
    await books.jobs.order(replace(claimed, state=JobState.WAITING))
    assert await books.left() == 10


async def test_a_retry_is_paid_like_an_order(books: Books) -> None:
    job = await books.order(60)
    await books.end(job, 0)
    await books.order(50)
    failed = await books.jobs.get(job.id)
    assert failed
    again = replace(failed, state=JobState.WAITING, credits=60)

    with pytest.raises(OverdrawnError):
        await books.jobs.reopen(again)
    row = await books.jobs.get(job.id)
    assert row
    assert (row.state, await books.left()) == (JobState.FAILED, 50)

    await books.give(10)
    assert await books.jobs.reopen(again)
    assert await books.left() == 0


async def test_the_allowance_goes_first_and_what_is_ones_own_comes_back_first(
    books: Books,
) -> None:
    await books.give(50)
    job = await books.order(120)
    assert ((await books.balance()).own, await books.left()) == (30_000, 30)

    await books.end(job, 90)

    assert ((await books.balance()).own, await books.left()) == (50_000, 60)


async def test_a_day_begins_at_midnight_and_a_job_over_it_makes_no_day_longer(
    books: Books,
) -> None:
    job = await books.order(70)
    books.now += DAY  # a new month as well: it was the last of November
    await books.order(100)

    await books.end(job, 0)

    assert await books.left() == 0
    books.now -= DAY
    assert await books.left() == 100


async def test_a_month_and_a_chat_have_limits_of_their_own(books: Books) -> None:
    for day in range(3):
        books.now = NOON - DAY * (3 - day)
        await books.order((100, 100, 40)[day])
    books.now = NOON
    assert await books.left() == 10
    with pytest.raises(OverdrawnError) as raised:
        await books.order(11)
    assert raised.value.key == "credits-short-month"

    await books.order(100, BOB)
    assert await books.left(User(platform="chat", id="carla")) == 50
    assert (await books.balance(User(platform="chat", id="carla"))).narrowest == ("here", 50_000)


async def test_what_admins_decide_beats_the_rule_the_person_before_the_group(
    books: Books,
) -> None:
    store = books.credits
    await store.decide("vip", CreditLimits(daily=500, monthly=NO_LIMIT), ACT)
    await store.decide(HERE.party, CreditLimits(daily=NO_LIMIT), ACT)
    assert await books.left() == 100
    await store.put_into("vip", ANN.party, ACT)
    assert await books.left() == 500

    await store.decide(ANN.party, CreditLimits(daily=0), ACT)
    assert (await books.left(), await store.group_of(ANN.party)) == (0, "vip")
    await store.decide(ANN.party, CreditLimits(), ACT)
    await store.put_into("", ANN.party, ACT)

    assert (await books.left(), await books.left(User(platform="chat", id="root"))) == (100, None)


async def test_a_gift_is_given_once_for_each_event(books: Books) -> None:
    event, gift = Event(platform="chat", id="1"), Gift(to=ANN.party, amount=5, by=ROOT)
    await books.credits.give(gift, ACT, event)

    with pytest.raises(TakenError):
        await books.credits.give(gift, ACT, event)
    with pytest.raises(UserError, match="grant-too-low"):
        await books.give(-6)

    assert await books.credits.own(ANN.party) == 5000


async def test_an_answer_is_paid_by_what_it_took_as_far_as_that_is_there(books: Books) -> None:
    await books.order(98)
    await books.exchanges.add(ASKED, reserved=1.2345)
    assert await books.left() == pytest.approx(0.765)

    await books.exchanges.save(replace(ASKED, state=ExchangeState.DONE, credits=0.2))
    assert await books.left() == 1.8

    dearer = replace(ASKED, id="2", state=ExchangeState.DONE, credits=5.0)
    await books.exchanges.add(replace(dearer, state=ExchangeState.ASKING), reserved=1.0)
    await books.exchanges.save(dearer)
    assert await books.left() == 0


async def test_what_a_forgotten_answer_had_reserved_comes_back(books: Books) -> None:
    await books.exchanges.add(ASKED, reserved=1.0)

    await books.exchanges.forget(ANN.party, limit=9)

    assert await books.left() == 100


async def test_a_shortage_is_not_collected_the_next_day(books: Books) -> None:
    await books.order(98)
    await books.exchanges.add(ASKED, reserved=1.0)
    ended = replace(ASKED, state=ExchangeState.DONE, credits=5.0)
    await books.exchanges.save(ended)
    assert await books.left() == 0

    books.now += DAY
    await books.exchanges.save(replace(ended, told=True))

    assert await books.left() == 100


async def test_what_is_refunded_while_a_job_holds_it_does_not_come_back_with_the_job(
    books: Books,
) -> None:
    bought = Purchase(by=ANN.party, amount=100, charge="stx")
    await books.credits.buy(bought)
    job = await books.order(200)
    for _ in range(2):
        refund = await books.credits.refund("stx", ACT)
        assert refund
        assert refund.amount == 100_000
    assert (await books.credits.own(ANN.party), await books.left()) == (-100_000, 0)

    await books.end(job, 0)

    assert (await books.credits.own(ANN.party), await books.left()) == (0, 100)


async def test_what_has_no_row_takes_its_event_and_its_price_together_or_neither(
    books: Books,
) -> None:
    event, spender = Event(platform="chat", id="1"), Spender(user=ANN.party, chat=HERE.party)
    with pytest.raises(OverdrawnError):
        await books.credits.reserve(spender, "character/1", 100_001, event)
    await books.credits.reserve(spender, "character/1", 30_000, event)
    with pytest.raises(TakenError):
        await books.credits.reserve(spender, "character/2", 5000, event)
    assert await books.left() == 70

    assert await books.credits.settle("character/1", 12_000) == 12_000
    assert await books.credits.settle("character/1", 30_000) == 12_000
    assert await books.left() == 88


async def test_what_was_listened_to_and_its_answer_are_settled_as_one(books: Books) -> None:
    spender, ref = Spender(user=ANN.party, chat=HERE.party), ledger_ref(ASKED.id)
    await books.credits.reserve(spender, ref, 3000)
    await books.credits.settle(ref, 2000)
    asked = replace(ASKED, credits=2.0, heard_credits=2.0)
    await books.exchanges.add(asked, reserved=5.0)
    assert await books.left() == 93

    await books.exchanges.save(replace(asked, state=ExchangeState.DONE, credits=2.5))

    assert await books.left() == 97.5
    assert await unbalanced(books.database) == []


@pytest.mark.parametrize(("cost", "left"), [(0, 90), (15, 75), (40, 50), (200, 0)])
async def test_what_will_be_left_is_foreseen_and_nothing_is_written(
    books: Books, cost: int, left: int
) -> None:
    job, _ = await books.order(40), await books.order(10)
    before = await say(books.database, "SELECT * FROM ledger")
    spender = Spender(user=ANN.party, chat=HERE.party)

    ends = await asyncio.gather(
        books.credits.foreseen(spender, job.id, cost * 1000), books.order(0, BOB)
    )

    assert await say(books.database, "SELECT * FROM ledger") == before
    assert (ends[0].cost, ends[0].balance.available) == (min(cost, 90) * 1000, left * 1000)
    await books.end(job, cost)
    assert await books.left() == left


prices = st.integers(0, 70)


@dataclass
class History:
    """Random orders, ends, retries, gifts, and things without a row, of two people."""

    books: Books
    known: list[Job] = field(default_factory=list[Job])
    rowless: dict[str, int] = field(default_factory=dict[str, int])
    answers: list[Exchange] = field(default_factory=list[Exchange])

    async def order(self, price: int, *, is_draft: bool) -> None:
        user = ANN if price % 2 else BOB
        state = JobState.DRAFT if is_draft else JobState.WAITING
        self.known.append(await self.books.order(price, user, state))

    async def confirm(self, which: int) -> None:
        if draft := await self._claimed(which, JobState.DRAFT):
            await self.books.jobs.order(replace(draft, state=JobState.WAITING))

    async def end(self, which: int, share: int) -> None:
        if job := await self._claimed(which):
            cost = 0 if job.state is JobState.DRAFT else job.credits * share // 4
            state = JobState.DONE if cost else JobState.CANCELLED
            await self.books.jobs.save(replace(job, state=state, credits=cost))

    async def retry(self, which: int, price: int) -> None:
        job = await self.books.jobs.get(self.known[which % len(self.known)].id)
        if job and job.state is JobState.CANCELLED:
            await self.books.jobs.reopen(replace(job, state=JobState.WAITING, credits=price))

    async def reserve(self, price: int) -> None:
        user, ref = ANN if price % 2 else BOB, f"character/{len(self.rowless)}"
        await self.books.credits.reserve(
            Spender(user=user.party, chat=HERE.party), ref, price * 1000
        )
        self.rowless[ref] = price * 1000

    async def ask(self, price: int) -> None:
        """Aloud where the price is odd, so that what comes of it is settled as one."""
        id_, heard = f"{len(self.answers)}", price % 2
        spender = Spender(user=BOB.party, chat=HERE.party)
        await self.books.credits.reserve(spender, ledger_ref(id_), heard * 1000)
        exchange = replace(ASKED, id=id_, user=BOB, credits=heard, heard_credits=heard)
        self.rowless[ledger_ref(id_)] = heard * 1000
        self.answers.append(exchange)
        await self.books.exchanges.add(exchange, reserved=price)
        self.rowless[ledger_ref(id_)] = (heard + price) * 1000

    async def answer(self, which: int, share: int) -> None:
        if self.answers:
            asked = self.answers[which % len(self.answers)]
            ref, state = ledger_ref(asked.id), ExchangeState.DONE
            row = await self.books.exchanges.get(asked.id)
            if row is None or row.is_ended:
                return
            most = self.rowless[ref] / 1000 - asked.heard_credits
            ended = asked.heard_credits + most * share / 8
            await self.books.exchanges.save(replace(asked, state=state, credits=ended))
            self.rowless[ref] = thousandths(ended)

    async def settle(self, which: int, share: int) -> None:
        if self.rowless:
            ref = list(self.rowless)[which % len(self.rowless)]
            if ref.startswith("answer/"):
                return
            foreseen = await self.books.credits.foreseen(
                Spender(user=ANN.party, chat=HERE.party), ref, share * 10_000
            )
            self.rowless[ref] = await self.books.credits.settle(ref, share * 10_000)
            assert self.rowless[ref] == foreseen.cost
            assert foreseen.balance == await self.books.balance()

    async def give(self, amount: int) -> None:
        await self.books.give(amount, ANN if amount % 2 else BOB)

    async def wait(self, hours: int) -> None:
        self.books.now += hours * 3600

    async def _claimed(self, which: int, only: JobState | None = None) -> Job | None:
        return await self.books.jobs.claim(self.known[which % len(self.known)].id, only=only)


numbers = st.integers(0, 30)
steps = st.one_of(
    st.tuples(
        st.just("order"), st.tuples(prices), st.fixed_dictionaries({"is_draft": st.booleans()})
    ),
    st.tuples(st.just("confirm"), st.tuples(numbers), st.just({})),
    st.tuples(st.just("end"), st.tuples(numbers, st.integers(0, 4)), st.just({})),
    st.tuples(st.just("retry"), st.tuples(numbers, prices), st.just({})),
    st.tuples(st.just("reserve"), st.tuples(prices), st.just({})),
    st.tuples(st.just("ask"), st.tuples(prices), st.just({})),
    st.tuples(st.just("answer"), st.tuples(numbers, st.integers(0, 8)), st.just({})),
    st.tuples(st.just("settle"), st.tuples(numbers, st.integers(0, 8)), st.just({})),
    st.tuples(st.just("give"), st.tuples(st.integers(-30, 60)), st.just({})),
    st.tuples(st.just("wait"), st.tuples(st.integers(-3, 20)), st.just({})),
)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=st.lists(steps, max_size=25))
async def test_the_sum_of_the_ledger_is_the_balance_whatever_happens(
    books: Books, history: Sequence[tuple[str, tuple[int, ...], dict[str, bool]]]
) -> None:
    for table in ("ledger", "spending_sums", "jobs", "job_sums", "exchanges"):
        await say(books.database, f"DELETE FROM {table}")  # noqa: S608 - one of these
    past = History(books)
    await past.order(7, is_draft=False)

    for name, arguments, options in history:
        before = await say(books.database, "SELECT count(*) FROM ledger")
        try:
            await getattr(past, name)(*arguments, **options)
        except UserError:
            # What was listened to stays paid where its question is refused.
            if name != "ask":
                assert await say(books.database, "SELECT count(*) FROM ledger") == before

        assert await unbalanced(books.database) == []
        for user in (ANN, BOB):
            balance = await books.balance(user)
            assert balance.own >= 0
            assert balance.today <= 100_000
            assert balance.month <= 250_000
            assert balance.here <= 150_000
    await _adds_up(books, sum(past.rowless.values()))


async def _adds_up(books: Books, rowless: int) -> None:
    """What jobs and all else hold, and gifts gave, is what the ledger sums up to."""
    (held,) = await say(
        books.database,
        "SELECT coalesce(sum(credits), 0) FROM jobs WHERE state NOT IN ('draft')",
    )
    (given_,) = await say(
        books.database, "SELECT coalesce(sum(own), 0) FROM ledger WHERE kind = 'grant'"
    )
    (total,) = await say(books.database, "SELECT coalesce(sum(allowance + own), 0) FROM ledger")
    assert total[0] == given_[0] - held[0] * 1000 - rowless
