"""Who has opened a page as a Mini App: only what Telegram has signed for this bot, just now."""

from urllib.parse import unquote

import pytest
from aiogram.utils.web_app import check_webapp_signature
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from bots.telegram.ids import NAME
from bots.telegram.mini_app import MiniAppWayIn
from core.platform import ConversationRef, User
from tests.fakes.telegram.mini_app import fields, fragment, hash_of, person, query, signed

TOKEN, OTHERS = "7:token-of-ours", "8:token-of-another-bot"
NOW = 1_800_000_000.0
WAY = MiniAppWayIn(token=SecretStr(TOKEN))


def user_of(said: str, now: float = NOW) -> User | None:
    known = WAY.introduced(said, now)
    return known and known.user


def test_whom_telegram_vouches_for_is_known_with_their_private_chat() -> None:
    known = WAY.introduced(signed(fields(NOW), TOKEN), NOW)

    assert known
    assert known.user == User(platform=NAME, id="7", locale="zh-hans")
    assert known.place == ConversationRef(platform=NAME, chat="7")
    assert known.event.platform == NAME


def test_another_library_agrees_with_what_is_signed_here() -> None:
    told = fields(NOW)
    data = query({**told, "hash": hash_of(told, TOKEN)})

    assert check_webapp_signature(TOKEN, data)
    assert user_of(fragment(data))


def test_the_same_is_one_event_however_it_is_written() -> None:
    told = {**fields(NOW), "hash": hash_of(fields(NOW), TOKEN)}
    turned = dict(reversed(told.items()))
    written = "&".join(f"{name}={value}" for name, value in told.items() if name != "user")
    bare = f"{written}&user={query({'': told['user']})[1:]}"

    events = {
        known.event
        for data in (query(told), query(turned), bare)
        if (known := WAY.introduced(fragment(data), NOW))
    }
    assert len(events) == 1
    assert all(user_of(fragment(data)) for data in (query(turned), bare))


@pytest.mark.parametrize("name", fields(NOW))
def test_no_field_can_be_changed_left_out_or_added(name: str) -> None:
    told = fields(NOW)
    proof = {"hash": hash_of(told, TOKEN)}
    changed = {**told, name: told[name][:-1] + chr(ord(told[name][-1]) ^ 1)}
    without = {each: value for each, value in told.items() if each != name}

    assert user_of(fragment(query({**changed, **proof}))) is None
    assert user_of(fragment(query({**without, **proof}))) is None
    assert user_of(fragment(query({**told, **proof, "chat_type": "private"}))) is None


@pytest.mark.parametrize(
    "proof", ["", "0" * 64, "é" * 64, hash_of(fields(NOW), TOKEN).upper(), "a" * 5000]
)
def test_no_other_hash_will_do(proof: str) -> None:
    assert user_of(fragment(query({**fields(NOW), "hash": proof}))) is None


def test_what_another_bot_was_told_counts_nothing_here() -> None:
    assert user_of(signed(fields(NOW), OTHERS)) is None
    assert user_of(fragment(query(fields(NOW)))) is None


@pytest.mark.parametrize(("age", "works"), [(0, True), (299, True), (-30, True)])
def test_it_counts_for_five_minutes(age: int, works: bool) -> None:  # noqa: FBT001 - a parameter
    assert (user_of(signed(fields(NOW - age), TOKEN)) is not None) is works


@pytest.mark.parametrize("at", [NOW - 301, NOW - 86_400, NOW + 31, NOW + 1e9, 0])
def test_what_is_old_or_not_yet_told_counts_nothing(at: float) -> None:
    assert user_of(signed(fields(at), TOKEN)) is None


@pytest.mark.parametrize(
    "date", ["", "now", "-5", f"+{NOW:.0f}", f"{NOW}", f"{NOW:.0f} ", "١٨٠٠٠٠٠٠٠٠", "9" * 400]
)
def test_a_time_is_whole_seconds(date: str) -> None:
    assert user_of(signed(fields(NOW, auth_date=date), TOKEN)) is None


@pytest.mark.parametrize(
    "user",
    [
        "",
        "7",
        "[]",
        "{}",
        '{"id":"7"}',
        '{"id":7.5}',
        '{"id":true}',
        '{"id":0}',
        '{"id":-100}',
        '{"id":7,"language_code":3}',
        f'{{"id":{"9" * 400}}}',
        "[" * 5000,
    ],
)
def test_a_person_has_a_number(user: str) -> None:
    assert user_of(signed(fields(NOW, user=user), TOKEN)) is None


def test_a_person_need_not_have_a_language() -> None:
    known = user_of(signed(fields(NOW, user='{"id":9007199254740991}'), TOKEN))
    assert known == User(platform=NAME, id="9007199254740991")


def test_what_can_be_read_in_two_ways_is_not_read() -> None:
    told = fields(NOW)
    proof = f"hash={hash_of(told, TOKEN)}"
    good = f"{query(told)}&{proof}"
    # The lines that are signed are the same, and what they mean is not.
    joined = dict(told)
    joined["query_id"] += f"\nsignature={joined.pop('signature')}"
    shifted = {**told, "query_id=A": told["query_id"][1:]}
    assert told["query_id"].startswith("A")
    del shifted["query_id"]
    doubtful = [
        f"{good}&user={query({'': person(8)})[1:]}",
        f"user={query({'': person(8)})[1:]}&{good}",
        f"{good}&{proof}",
        f"{query(joined)}&{proof}",
        f"{query(shifted)}&{proof}",
        f"{good}&",
        f"{good}&alone",
        f"{good}%ff&x=%ff",
        f"{good}{'&a=' * 30}",
    ]
    assert user_of(fragment(good))
    assert [user_of(fragment(data)) for data in doubtful] == [None] * len(doubtful)


GOOD = signed(fields(NOW), TOKEN)


@pytest.mark.parametrize(
    "said",
    [
        f"{GOOD}&{GOOD}",
        GOOD.replace("tgWebAppData", "tgwebappdata"),
        unquote(GOOD),
        f"{GOOD}&pad={'x' * 10_000}",
        "",
        "tgWebAppData=",
        "%" * 9000,
        "&" * 9000,
    ],
)
def test_it_stands_once_behind_the_sign_and_is_short(said: str) -> None:
    assert user_of(said) is None


@given(st.text(max_size=300))
def test_whatever_is_said_is_only_refused(said: str) -> None:
    assert user_of(said) is None
    assert user_of(fragment(said)) is None
    assert user_of(f"tgWebAppData={said}") is None
