"""What Discord's answers mean, and how texts and buttons look there. Pure."""

from collections.abc import Mapping
from typing import cast

import aiohttp
import discord
import pytest
from aiohttp.client_reqrep import ConnectionKey
from multidict import CIMultiDict

from bots.discord.errors import NoReplyError, meaning, meaning_of_follow_up, meaning_of_post
from bots.discord.keyboard import keyboard
from bots.discord.text import content, named
from bots.discord.uploads import nonce
from core.platform import (
    BrokenUploadError,
    Button,
    LostAnswerError,
    MessageLostError,
    RefusedError,
    SlowDownError,
    TooLargeError,
    UncertainError,
    UnreachableError,
    View,
)


class BareResponse:
    """As much of a response as errors look at."""

    def __init__(self, status: int, headers: Mapping[str, str]) -> None:
        self.status = status
        self.reason = "no"
        self.headers = CIMultiDict(headers)


def refused(
    status: int, code: int = 0, retry_after: str | None = None, **headers: str
) -> discord.HTTPException:
    kinds = {403: discord.Forbidden, 404: discord.NotFound, 503: discord.DiscordServerError}
    told = {} if retry_after is None else {"retry-after": retry_after}
    told |= {name.replace("_", "-"): value for name, value in headers.items()}
    response = cast("aiohttp.ClientResponse", BareResponse(status, told))
    kind = kinds.get(status, discord.HTTPException)
    return kind(response, {"code": code, "message": "said"})


def unreachable() -> aiohttp.ClientConnectorError:
    key = cast("ConnectionKey", None)
    return aiohttp.ClientConnectorError(key, OSError("no route"))


@pytest.mark.parametrize(
    ("error", "means"),
    [
        (refused(403, 50001), MessageLostError),
        (refused(403, 50013), MessageLostError),
        (refused(403, 50278), MessageLostError),
        (refused(403, 160002), NoReplyError),
        (refused(404, 10003), MessageLostError),
        (refused(404, 10062), MessageLostError),
        (refused(401, 50027), MessageLostError),
        (refused(400, 50083), MessageLostError),
        (refused(400, 40094), MessageLostError),
        (refused(413, 0), TooLargeError),
        (refused(400, 40005), TooLargeError),
        (refused(429, 30046), SlowDownError),
        (refused(429, 20028), SlowDownError),
        (refused(503), LostAnswerError),
        (discord.RateLimited(60), SlowDownError),
        (aiohttp.ServerDisconnectedError(), LostAnswerError),
        (TimeoutError(), LostAnswerError),
        (refused(400, 50035), RefusedError),
        (refused(401, 0), RefusedError),
    ],
)
def test_each_refusal_has_its_meaning(error: Exception, means: type[Exception]) -> None:
    assert type(meaning(error)) is means


def test_a_file_that_breaks_discord_is_not_uploaded_for_ever() -> None:
    assert type(meaning_of_post(refused(503))) is BrokenUploadError
    assert type(meaning_of_post(unreachable())) is UnreachableError


@pytest.mark.parametrize(
    ("told", "seconds"), [("7.5", 7.5), ("0", 0.5), ("soon", 2.0), (None, 2.0)]
)
def test_a_pause_is_as_long_as_told(told: str | None, seconds: float) -> None:
    pause = meaning(refused(429, 30046, told))

    assert isinstance(pause, SlowDownError)
    assert pause.retry_after == seconds


@pytest.mark.parametrize(
    ("error", "scope"),
    [
        (refused(429, 30046, via="1.1 google"), "message"),
        (refused(429, 20028, via="1.1 google"), "method"),
        (refused(429, via="1.1 google", x_ratelimit_scope="shared"), "method"),
        (refused(429, via="1.1 google", x_ratelimit_scope="user"), "method"),
        (refused(429, via="1.1 google", x_ratelimit_scope="global"), "bot"),
        # Whatever stands before Discord's servers bars the address, whoever asks for what.
        (refused(429), "bot"),
        (discord.RateLimited(60), "method"),
    ],
)
def test_a_pause_is_for_what_was_refused(error: Exception, scope: str) -> None:
    pause = meaning(error)

    assert isinstance(pause, SlowDownError)
    assert pause.scope == scope


@pytest.mark.parametrize(
    ("error", "means"),
    [
        (refused(503), UncertainError),
        (aiohttp.ServerDisconnectedError(), UncertainError),
        (TimeoutError(), UncertainError),
        (unreachable(), UnreachableError),
        (refused(429), SlowDownError),
        (refused(401, 50027), MessageLostError),
        (refused(413, 40005), TooLargeError),
    ],
)
def test_a_follow_up_may_have_arrived_unless_it_was_refused(
    error: Exception, means: type[Exception]
) -> None:
    assert type(meaning_of_follow_up(error)) is means


@pytest.mark.parametrize(
    ("plain", "written"),
    [
        ("a *cat* in `space`", r"a \*cat\* in \`space\`"),
        ("# no title\n> no quote", "\\# no title\n\\> no quote"),
        ("see https://a.example/x_y?q=1.", "see <https://a.example/x_y?q=1>."),
        ("(https://a.example/x_y)", "(<https://a.example/x_y>)"),
        ("▓▓░░ 50% · 0:10", "▓▓░░ 50% · 0:10"),
    ],
)
def test_texts_look_as_they_were_typed(plain: str, written: str) -> None:
    assert content(View(text=plain)) == written


def test_a_text_that_is_just_short_enough_keeps_all_its_words() -> None:
    text = "_" * 2000

    assert content(View(text=text)) == text


def test_a_name_in_front_costs_no_more_than_its_room() -> None:
    assert named(View(text="x" * 2000), "42") == "<@42> " + "x" * 1994


def test_a_nonce_is_as_long_as_discord_takes() -> None:
    assert len(nonce("job", "1")) <= 25
    assert nonce("job", "1") == nonce("job", "1")
    assert nonce("job", "1") != nonce("job1", "")


async def test_a_sent_view_is_not_kept_by_the_library() -> None:
    view = keyboard([Button(label="Cancel", command="cancel", given={"job": "7"})])

    assert view
    assert view.is_finished()


async def test_a_button_with_too_long_an_argument_is_a_defect_of_ours() -> None:
    with pytest.raises(ValueError, match="100 characters"):
        keyboard([Button(label="x", command="cancel", given={"job": "7" * 100})])


def test_no_buttons_are_no_view() -> None:
    assert keyboard([]) is None
