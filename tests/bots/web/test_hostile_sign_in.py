"""Whoever is not signed in, and wants to be: with guesses, odd forms, cookies of their own."""

from collections.abc import AsyncIterator
from hashlib import sha256
from pathlib import Path

import httpx
import pytest

from core.people.sessions import Area
from core.platform import ConversationRef, User
from tests.fakes.engine_harness import EngineHarness
from tests.fakes.memory_platform import NAME
from tests.fakes.page_lab import PUBLIC, PageLab, page_lab
from tests.fakes.statements import listening

ANN, EVE = (User(platform=NAME, id=name) for name in ("ann", "eve"))
HERE = ConversationRef(platform=NAME, chat="1")
OURS = {"Origin": "https://bot.example"}
COOKIE = "__Secure-cliprelay-gallery"
GUESS = f"/in/{'a' * 43}"
OUT = "/gallery/out"
PART = b'--x\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n'
MULTIPART = "multipart/form-data; boundary=x"
PLAIN = "application/x-www-form-urlencoded"


@pytest.fixture
async def lab(tmp_path: Path) -> AsyncIterator[PageLab]:
    harness = EngineHarness(folder=tmp_path, root="http://127.0.0.1:9")
    async with page_lab(harness) as lab:
        yield lab


async def session(lab: PageLab, user: User = ANN, area: Area = Area.GALLERY) -> str:
    secret, _ = await lab.engine.services.sessions.begin(area, user, HERE)
    return secret


def key(secret: str) -> dict[str, str]:
    return {"form-key": sha256(f"form {secret}".encode()).hexdigest()}


async def out(lab: PageLab, cookie: str | bytes, form: dict[str, str]) -> httpx.Response:
    named = [("Cookie", cookie), ("Origin", OURS["Origin"])]
    return await lab.client.post(OUT, headers=named, data=form)  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        (MULTIPART, b"--y\r\nnot what was announced"),
        ("multipart/form-data", b"--x\r\n"),
        (MULTIPART, PART % (b"a", b"1") * 30 + b"--x--\r\n"),
        (MULTIPART, PART % (b"a", b"1" * 20_000) + b"--x--\r\n"),
        (MULTIPART, PART % (b'a"; filename="b', b"1") + b"--x--\r\n"),
        (f"{MULTIPART}; charset=unicode_escape", PART % (b"form-key", b"\\ud800") + b"--x--\r\n"),
        (f"{MULTIPART}; charset=zlib", PART % (b"form-key", b"x") + b"--x--\r\n"),
        (PLAIN, b"a=1&" * 1000),
        (PLAIN, b"form-key=" + b"f" * 60_000),
        (PLAIN, b"form-key=%ff%00%ed%a0%80"),
        ("text/plain", b"form-key="),
    ],
)
async def test_a_form_that_is_none_is_refused_in_words(
    lab: PageLab, kind: str, body: bytes
) -> None:
    headers = {"Cookie": f"{COOKIE}={await session(lab)}", "Content-Type": kind, **OURS}
    answer = await lab.client.post(OUT, headers=headers, content=body)

    assert answer.status_code in {403, 413}
    assert "was not sent from a page of ours" in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]


async def test_a_cookie_that_somebody_has_laid_beside_ours_signs_nobody_in(lab: PageLab) -> None:
    mine, theirs = await session(lab), await session(lab, EVE)
    both = [f"{COOKIE}={theirs}; {COOKIE}={mine}", f"{COOKIE}={mine}; {COOKIE}={theirs}"]
    answers = [await out(lab, pair, key(theirs)) for pair in both]

    assert [answer.status_code for answer in answers] == [401, 401]
    assert await lab.engine.services.sessions.find(theirs)


@pytest.mark.parametrize(
    "cookie",
    [
        f"{COOKIE}={'a' * 43}",
        f"{COOKIE}={'a' * 30_000}",
        f"{COOKIE}=".encode() + b"\xff" * 43,
        f"{COOKIE}",
        f"{COOKIE}=;;;===",
        f"{COOKIE.lower()}-=x",
    ],
)
async def test_no_other_cookie_will_do(lab: PageLab, cookie: str | bytes) -> None:
    answer = await out(lab, cookie, {})
    assert answer.status_code == 401


async def test_a_cookie_of_one_area_is_none_in_the_other(lab: PageLab) -> None:
    secret = await session(lab, area=Area.DASHBOARD)
    names = (f"__Secure-cliprelay-dashboard={secret}", f"{COOKIE}={secret}")
    answers = [await out(lab, cookie, key(secret)) for cookie in names]
    assert [answer.status_code for answer in answers] == [401, 401]


async def test_a_flood_of_guesses_never_keeps_anybody_from_writing(lab: PageLab) -> None:
    with listening() as said:
        for guess in (GUESS, "/in/short", f"/in/{'é' * 43}", f"/in/{'a' * 44}"):
            assert (await lab.client.post(guess, headers=OURS)).status_code == 410
    told = [sql for sql, _ in said if "web_sessions" in sql]
    assert [sql.split()[0] for sql in told] == ["SELECT"]  # the others cannot be ours


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS", "PUT", "PATCH", "DELETE", "TRACE", "GET"])
async def test_only_a_form_opens_a_link(lab: PageLab, method: str) -> None:
    link = await lab.engine.services.sessions.link(Area.GALLERY, ANN, HERE)
    path = link.removeprefix(PUBLIC)
    answer = await lab.client.request(method, path, headers=OURS)

    assert answer.status_code in {200, 405}
    assert "set-cookie" not in answer.headers
    assert (await lab.client.post(path, headers=OURS)).status_code == 303


async def test_no_other_place_is_named_in_what_we_answer(lab: PageLab) -> None:
    evil = {"Host": "evil.example", "X-Forwarded-Host": "evil.example", "Forwarded": "host=evil"}
    link = await lab.engine.services.sessions.link(Area.GALLERY, ANN, HERE)
    path = link.removeprefix(PUBLIC)
    looked = await lab.client.get(path, headers=evil)
    forged = await lab.client.post(
        path, headers={**evil, "Origin": "https://evil.example", "Referer": PUBLIC}
    )
    opened = await lab.client.post(
        f"{path}?next=//evil.example&area=//evil.example", headers={**evil, **OURS}
    )

    assert "evil" not in looked.text
    assert forged.status_code == 403
    assert opened.headers["location"] == "../gallery/"
    assert "evil" not in opened.headers["set-cookie"]


@pytest.mark.parametrize(
    "secret",
    [
        "%0d%0aSet-Cookie:%20a=b",
        "%0d%0a" * 14 + "a",
        "..%2f..%2fgallery%2fout",
        "%2f%2fevil.example",
    ],
)
async def test_what_stands_in_an_address_gets_into_no_header(lab: PageLab, secret: str) -> None:
    answer = await lab.client.post(f"/in/{secret}", headers=OURS)
    assert answer.status_code in {404, 410}
    assert "set-cookie" not in answer.headers
    assert "evil" not in str(answer.headers)


async def test_two_origins_are_none(lab: PageLab) -> None:
    link = await lab.engine.services.sessions.link(Area.GALLERY, ANN, HERE)
    both = [("Origin", "https://evil.example"), ("Origin", OURS["Origin"])]
    for headers in (both, both[::-1]):
        answer = await lab.client.post(link.removeprefix(PUBLIC), headers=headers)
        assert answer.status_code == 403


@pytest.mark.parametrize("path", [GUESS, OUT])
async def test_no_other_page_may_read_an_answer_and_nobody_keeps_it(
    lab: PageLab, path: str
) -> None:
    asked = {"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"}
    answers = [
        await lab.client.request(method, path, headers=asked)
        for method in ("GET", "POST", "OPTIONS", "HEAD")
    ]
    assert not [each for each in answers if "access-control-allow-origin" in each.headers]
    taken = [each for each in answers if each.status_code != 405]
    assert taken
    assert {each.headers["cache-control"] for each in taken} == {"no-store"}
    assert {each.headers["referrer-policy"] for each in taken} == {"same-origin"}
