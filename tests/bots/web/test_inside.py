"""The gallery inside a platform: whom that vouches for is signed in, once, and nobody else."""

import asyncio
from collections.abc import AsyncIterator
from http.cookies import SimpleCookie
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr

from bots.telegram.ids import NAME
from bots.telegram.mini_app import MiniAppWayIn
from core.people.access import Rule
from core.people.audit import Act
from core.people.sessions import Area
from core.platform import ConversationRef, User
from tests.fakes.engine_harness import EngineHarness
from tests.fakes.page_lab import PUBLIC, PageLab, page_lab
from tests.fakes.read_page import ReadPage
from tests.fakes.telegram.mini_app import fields, person, signed

TOKEN = "7:token-of-ours"  # noqa: S105 - of nobody
NOW = 1_800_000_000.0
OURS = {"Origin": "https://bot.example"}
PATH = f"/in/{NAME}"


@pytest.fixture
async def lab(tmp_path: Path) -> AsyncIterator[PageLab]:
    harness = EngineHarness(folder=tmp_path, root="http://127.0.0.1:9")
    harness.now = lambda: NOW
    way = MiniAppWayIn(token=SecretStr(TOKEN))
    async with page_lab(harness, way=way) as lab:
        yield lab


async def enter(lab: PageLab, said: str, headers: dict[str, str] | None = None) -> httpx.Response:
    return await lab.client.post(PATH, data={"said": said}, headers=headers or OURS)


async def test_whom_the_platform_vouches_for_gets_a_session_of_the_gallery(lab: PageLab) -> None:
    answer = await enter(lab, signed(fields(NOW), TOKEN))
    (cookie,) = SimpleCookie(answer.headers["set-cookie"]).values()
    session = await lab.engine.services.sessions.find(cookie.value)

    assert (answer.status_code, answer.headers["location"]) == (303, "../gallery/")
    assert answer.headers["cache-control"] == "no-store"
    assert cookie.key == "__Secure-cliprelay-gallery"
    assert (cookie["path"], cookie["samesite"]) == ("/here/gallery", "strict")
    assert cookie["secure"] is True
    assert cookie["httponly"] is True
    assert session
    assert session.area is Area.GALLERY
    assert session.user == User(platform=NAME, id="7", locale="zh-hans")
    assert session.place == ConversationRef(platform=NAME, chat="7")


async def test_it_signs_in_once_however_many_try(lab: PageLab) -> None:
    said = signed(fields(NOW), TOKEN)
    answers = await asyncio.gather(*(enter(lab, said) for _ in range(8)))
    again = await enter(lab, f"{said}&tgWebAppThemeParams=%7B%7D")

    assert sorted(each.status_code for each in answers) == [303, *[403] * 7]
    assert again.status_code == 403
    assert "set-cookie" not in again.headers
    assert "this works once" in ReadPage(again.text).words


async def test_who_presses_twice_is_signed_in_by_both_presses(lab: PageLab) -> None:
    page = ReadPage((await lab.client.get(PATH)).text)
    (event,) = [each["value"] for each in page.all("input") if each["name"] == "event"]
    form = {"said": signed(fields(NOW), TOKEN), "event": str(event)}
    answers = await asyncio.gather(
        *(lab.client.post(PATH, data=form, headers=OURS) for _ in range(2))
    )
    other = await lab.client.post(PATH, data={**form, "event": "another"}, headers=OURS)

    assert [each.status_code for each in (*answers, other)] == [303, 303, 403]
    assert len({each.headers["set-cookie"] for each in answers}) == 1


@pytest.mark.parametrize(
    "said",
    [
        signed(fields(NOW - 301), TOKEN),
        signed(fields(NOW + 60), TOKEN),
        signed(fields(NOW), "8:token-of-another-bot"),
        signed(fields(NOW, user=person(8)), TOKEN).replace("%253A8", "%253A9"),
        signed(fields(NOW), TOKEN).replace("auth_date", "auth_dat%65%2500"),
        "",
        "\x00",
        "%ff" * 900,
    ],
)
async def test_nobody_else_is_signed_in(lab: PageLab, said: str) -> None:
    answer = await enter(lab, said)
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "https://web.telegram.org"])
async def test_what_another_page_sends_is_refused_and_still_works_from_ours(
    lab: PageLab, origin: str
) -> None:
    said = signed(fields(NOW), TOKEN)
    assert (await enter(lab, said, {"Origin": origin})).status_code == 403
    assert (await lab.client.post(PATH, data={"said": said})).status_code == 403
    assert (await enter(lab, said)).status_code == 303


async def test_a_form_is_small(lab: PageLab) -> None:
    answer = await enter(lab, signed(fields(NOW), TOKEN) + "&x=" + "x" * 60_000)
    assert answer.status_code == 413


async def test_who_is_banned_has_no_session(lab: PageLab) -> None:
    user = User(platform=NAME, id="7")
    place = ConversationRef(platform=NAME, chat="7")
    act = Act(by=user.party, at=1.0, command="ban", about="7", place=place.party)
    rule = Rule(party=user.party, allowed=False, banned=True, act=act)
    await lab.engine.services.access.save(rule)
    answer = await enter(lab, signed(fields(NOW), TOKEN))

    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers


async def test_the_page_brings_it_at_once_only_where_no_other_page_has_opened_it(
    lab: PageLab,
) -> None:
    pages = {
        site: (await lab.get(PATH, sec_fetch_site=site)).text
        for site in ("none", "same-origin", "cross-site", "same-site", "")
    }
    at_once = {site for site, text in pages.items() if "data-at-once" in text}
    assert at_once == {"none", "same-origin"}


async def test_without_a_script_the_page_says_how_to_come_in(lab: PageLab) -> None:
    page = await lab.get(PATH)

    assert page.status_code == 200
    assert page.headers["cache-control"] == "no-store"
    assert "Or open the link that stands in that answer." in ReadPage(page.text).words
    assert "hidden>" in page.text


async def test_in_a_frame_of_the_platforms_own_page_it_says_so_and_signs_nobody_in(
    lab: PageLab,
) -> None:
    framed = await lab.get(PATH, sec_fetch_dest="iframe", sec_fetch_site="cross-site")
    entered = await enter(lab, signed(fields(NOW), TOKEN))

    policy = framed.headers["content-security-policy"]
    assert "frame-ancestors https://web.telegram.org" in policy
    assert "<form" not in framed.text
    assert "in a frame on another page" in framed.text
    assert "frame-ancestors 'none'" in entered.headers["content-security-policy"]


async def test_links_work_beside_it(lab: PageLab) -> None:
    user, place = User(platform=NAME, id="7"), ConversationRef(platform=NAME, chat="7")
    link = await lab.engine.services.sessions.link(Area.GALLERY, user, place)
    answer = await lab.client.post(link.removeprefix(PUBLIC), headers=OURS)
    assert answer.status_code == 303
