"""Signing in by a link from the chat: once, for one area, by nobody's page but ours."""

import asyncio
from collections.abc import AsyncIterator
from hashlib import sha256
from http.cookies import Morsel, SimpleCookie
from pathlib import Path
from typing import Any

import httpx
import pytest

from core.commands.dispatch import dispatch
from core.engine.engine import Engine
from core.i18n import Locale
from core.invocation import Invocation
from core.people.access import Policy, Rule
from core.people.audit import Act
from core.people.sessions import LINK_SECONDS, SESSION_SECONDS, Area
from core.platform import ConversationRef, User
from tests.fakes.engine_harness import EngineHarness
from tests.fakes.memory_platform import NAME
from tests.fakes.page_lab import PUBLIC, PageLab, page_lab
from tests.fakes.read_page import ReadPage

ANN, EVE = (User(platform=NAME, id=name) for name in ("ann", "eve"))
HERE = ConversationRef(platform=NAME, chat="1")
OURS = {"Origin": "https://bot.example"}


@pytest.fixture
def harness(tmp_path: Path) -> EngineHarness:
    return EngineHarness(
        folder=tmp_path,
        root="http://127.0.0.1:9",
        policy=Policy(admins=frozenset({f"{NAME}:eve"})),
    )


@pytest.fixture
async def lab(harness: EngineHarness) -> AsyncIterator[PageLab]:
    async with page_lab(harness) as lab:
        yield lab


async def told(lab: PageLab, command: str, user: User, *, alone: bool = True) -> str:
    return await answered(lab.engine, command, user, alone=alone)


async def answered(engine: Engine, command: str, user: User, *, alone: bool = True) -> str:
    invocation = Invocation(command=command, text="", user=user, conversation=HERE, is_alone=alone)
    answer = await dispatch(engine, invocation, Locale.EN)
    assert answer.view
    return answer.view.text


async def link(lab: PageLab, command: str = "gallery", user: User = ANN) -> str:
    """The path of a link that somebody has asked for."""
    (address,) = [
        word for word in (await told(lab, command, user)).split() if word.startswith(PUBLIC)
    ]
    return address.removeprefix(PUBLIC)


def cookie(answer: httpx.Response) -> Morsel[str]:
    (morsel,) = SimpleCookie(answer.headers["set-cookie"]).values()
    return morsel


async def signed_in(lab: PageLab, command: str = "gallery", user: User = ANN) -> Morsel[str]:
    return cookie(await lab.client.post(await link(lab, command, user), headers=OURS))


async def session(lab: PageLab, secret: str) -> Any:
    return await lab.engine.services.sessions.find(secret)


@pytest.mark.parametrize(("command", "user"), [("gallery", ANN), ("dashboard", EVE)])
async def test_a_link_becomes_a_cookie_that_only_browsers_read(
    lab: PageLab, command: str, user: User
) -> None:
    path = await link(lab, command, user)
    answer = await lab.client.post(path, headers=OURS)
    given = cookie(answer)

    assert (answer.status_code, answer.headers["location"]) == (303, f"../{command}/")
    assert given.key == f"__Secure-cliprelay-{command}"
    assert given["path"] == f"/here/{command}"
    assert given["secure"] is True
    assert given["httponly"] is True
    assert given["samesite"] == "strict"
    assert given["max-age"] == "43200"
    found = await session(lab, given.value)
    assert (found.user, found.area, found.place) == (user, Area(command), HERE)


async def test_the_look_that_a_chat_takes_at_a_link_does_not_open_it(lab: PageLab) -> None:
    path = await link(lab)
    looked = [await lab.client.get(path) for _ in range(3)]
    answer = await lab.client.post(path, headers=OURS)

    assert {each.status_code for each in looked} == {200}
    assert {each.headers["cache-control"] for each in looked} == {"no-store"}
    assert answer.status_code == 303


async def test_a_link_that_opens_nothing_any_more_says_so_at_the_first_look(lab: PageLab) -> None:
    earlier, path = await link(lab), await link(lab)
    opened = await lab.client.post(path, headers=OURS)
    looked = [
        await lab.client.get(each) for each in (earlier, path, f"/in/{cookie(opened).value}")
    ]

    assert opened.status_code == 303
    assert [each.status_code for each in looked] == [410, 410, 410]
    assert ["<form" in each.text for each in looked] == [False] * 3
    assert "does not work any more" in looked[0].text
    ways = [each["href"] for each in ReadPage(looked[0].text).all("a")]
    assert ways == ["../gallery/", "../dashboard/"]


async def test_it_opens_once_however_many_try(lab: PageLab) -> None:
    path = await link(lab)
    answers = await asyncio.gather(*(lab.client.post(path, headers=OURS) for _ in range(8)))
    again = await lab.client.post(path, headers=OURS)

    assert sorted(each.status_code for each in answers) == [303, *[410] * 7]
    assert again.status_code == 410
    assert "set-cookie" not in again.headers
    assert "does not work any more" in again.text


async def event_of(lab: PageLab, path: str) -> dict[str, str]:
    """What the form of a page sends with it."""
    page = ReadPage((await lab.client.get(path)).text)
    return {str(field["name"]): str(field["value"]) for field in page.all("input")}


async def test_who_presses_twice_is_signed_in_by_both_presses_and_nobody_else_is(
    lab: PageLab,
) -> None:
    path = await link(lab)
    mine, theirs = await event_of(lab, path), await event_of(lab, path)
    answers = await asyncio.gather(
        *(lab.client.post(path, headers=OURS, data=mine) for _ in range(2))
    )
    late = await lab.client.post(path, headers=OURS, data=mine)
    others = [
        await lab.client.post(path, headers=OURS, data=data)
        for data in (theirs, {"event": ""}, {}, {**mine, "more": "1"})
    ]

    assert mine["event"] != theirs["event"]
    assert {(each.status_code, cookie(each).value) for each in (*answers, late)} == {
        (303, cookie(late).value)
    }
    assert await session(lab, cookie(late).value)
    assert [each.status_code for each in others] == [410] * 4


async def test_a_link_is_no_cookie_and_a_cookie_no_link(lab: PageLab) -> None:
    path = await link(lab)
    assert await session(lab, path.rpartition("/")[2]) is None
    secret = (await signed_in(lab)).value
    assert (await lab.client.post(f"/in/{secret}", headers=OURS)).status_code == 410


@pytest.mark.parametrize(
    "origin", [None, "https://evil.example", "null", "http://bot.example", f"{PUBLIC}"]
)
async def test_nobody_else_signs_a_browser_in(lab: PageLab, origin: str | None) -> None:
    path = await link(lab)
    headers = {"Origin": origin} if origin else {}
    answer = await lab.client.post(path, headers=headers)

    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers
    assert (await lab.client.post(path, headers=OURS)).status_code == 303


@pytest.mark.parametrize(
    "secret", ["a" * 43, "a", "%2e%2e", "..%2fgallery", "é" * 43, "a" * 5000, "%00" * 14]
)
async def test_a_guess_opens_nothing(lab: PageLab, secret: str) -> None:
    answer = await lab.client.post(f"/in/{secret}", headers=OURS)
    assert answer.status_code in {404, 410}
    assert "set-cookie" not in answer.headers


async def test_links_and_sessions_end_by_themselves(harness: EngineHarness) -> None:
    now = 1_000_000.0
    harness.now = lambda: now
    async with page_lab(harness) as lab:
        late, path = await link(lab), ""
        now += LINK_SECONDS
        assert (await lab.client.get(late)).status_code == 410
        assert (await lab.client.post(late, headers=OURS)).status_code == 410
        path = await link(lab)
        now += LINK_SECONDS - 1
        secret = cookie(await lab.client.post(path, headers=OURS)).value
        now += SESSION_SECONDS - 1
        assert await session(lab, secret)
        now += 1
        assert await session(lab, secret) is None


async def test_only_the_last_link_works(lab: PageLab) -> None:
    first, second = await link(lab), await link(lab)
    assert (await lab.client.post(first, headers=OURS)).status_code == 410
    assert (await lab.client.post(second, headers=OURS)).status_code == 303


async def test_who_forgets_all_is_signed_out_everywhere(lab: PageLab) -> None:
    mine, others = await signed_in(lab), await signed_in(lab, user=EVE)
    await lab.engine.services.sessions.end_all(ANN.party)
    assert await session(lab, mine.value) is None
    assert await session(lab, others.value)


async def test_the_link_is_told_where_nobody_else_reads(lab: PageLab) -> None:
    said = await told(lab, "gallery", ANN, alone=False)

    assert PUBLIC not in said
    assert said == "I have sent you the link in our private chat."
    (written,) = lab.harness.chat.shown.values()
    assert f"{PUBLIC}/in/" in written


async def test_who_writes_in_the_name_of_a_chat_has_no_gallery(lab: PageLab) -> None:
    invocation = Invocation(
        command="gallery",
        text="",
        user=ANN,
        conversation=HERE,
        is_alone=True,
        is_masked=True,
    )
    answer = await dispatch(lab.engine, invocation, Locale.EN)
    assert answer.view
    assert answer.view.text.startswith("A gallery belongs to one person")


async def test_the_dashboard_is_for_admins_who_are_alone(lab: PageLab) -> None:
    assert "only for admins" in await told(lab, "dashboard", EVE, alone=False)
    assert PUBLIC not in await told(lab, "dashboard", ANN)


async def test_a_link_that_opens_on_one_machine_only_says_so(
    harness: EngineHarness,
) -> None:
    harness.public_url = PUBLIC
    async with harness.engine() as engine:
        assert "PUBLIC_URL" not in await answered(engine, "dashboard", EVE)
    harness.public_url, harness.own_url = "", "http://127.0.0.1:8080"
    async with harness.engine() as engine:
        said = await answered(engine, "dashboard", EVE)

    assert "http://127.0.0.1:8080/in/" in said
    assert "only in a browser on the machine that the bot runs on" in said


@pytest.mark.parametrize("terminals", [frozenset[str](), frozenset({NAME})])
async def test_where_there_are_no_pages_only_admins_are_told_how_to_have_some(
    harness: EngineHarness, terminals: frozenset[str]
) -> None:
    admins = frozenset({f"{NAME}:eve"})
    harness.policy = Policy(admins=admins, terminals=terminals)
    async with harness.engine() as engine:
        theirs = await answered(engine, "gallery", EVE)
        anns = await answered(engine, "gallery", ANN)

    assert theirs.startswith("There are no pages here.\n")
    assert ("PUBLIC_URL" in theirs, "cliprelay run" in theirs) == (not terminals, bool(terminals))
    assert terminals or anns == "There are no pages here."


async def test_signing_out_needs_a_form_of_ours(lab: PageLab) -> None:
    given = await signed_in(lab)
    headers = {"Cookie": f"{given.key}={given.value}"}
    forged = [
        await lab.client.post("/gallery/out", headers={**headers, **OURS}),
        await lab.client.post(
            "/gallery/out", headers={**headers, **OURS}, data={"form-key": "f" * 64}
        ),
    ]
    assert [each.status_code for each in forged] == [403, 403]
    assert await session(lab, given.value)


async def test_who_signs_out_is_nobody_afterwards(lab: PageLab) -> None:
    given = await signed_in(lab)
    headers = {"Cookie": f"{given.key}={given.value}", **OURS}
    key = sha256(f"form {given.value}".encode()).hexdigest()
    answer = await lab.client.post("/gallery/out", headers=headers, data={"form-key": key})

    assert answer.status_code == 200
    assert cookie(answer)["max-age"] == "0"
    assert await session(lab, given.value) is None
    assert (await lab.client.post("/gallery/out", headers=headers)).status_code == 401


async def test_a_session_is_for_its_own_area_alone(lab: PageLab) -> None:
    given = await signed_in(lab, "gallery", EVE)
    headers = {"Cookie": f"__Secure-cliprelay-dashboard={given.value}", **OURS}
    assert (await lab.client.post("/dashboard/out", headers=headers)).status_code == 401


async def test_who_is_banned_is_signed_in_nowhere(lab: PageLab) -> None:
    given = await signed_in(lab)
    headers = {"Cookie": f"{given.key}={given.value}", **OURS}
    act = Act(by=EVE.party, at=1.0, command="ban", about="ann", place=HERE.party)
    rule = Rule(party=ANN.party, allowed=False, banned=True, act=act)
    await lab.engine.services.access.save(rule)
    assert (await lab.client.post("/gallery/out", headers=headers)).status_code == 401
