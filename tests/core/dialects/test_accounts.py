"""How a key is sent, and that it is sent to nobody else."""

import logging
from collections.abc import AsyncGenerator, Mapping
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr

from core.delivery.download import download
from core.dialects._faults import Circumstances, fault_of
from core.dialects._http import Creation, Wire
from core.dialects.endpoint import Endpoint, clean_key
from core.errors import JobError
from core.media import RemoteAsset
from core.redact import redact
from tests.core.dialects.http_answers import as_json
from tests.fakes.raw_server import RawServer, raw_server, redirect, replies, reply

SECRET = "f00dfeed-c0ffee:5ecre7-0f-m1ne"  # noqa: S105 - nobody's
SENT = {
    "bearer": {"Authorization": f"Bearer {SECRET}"},
    "raw": {"Authorization": SECRET},
    "key": {"Authorization": f"Key {SECRET}"},
    "header:x-goog-api-key": {"x-goog-api-key": SECRET},
    "header:X-API-Key": {"X-API-Key": SECRET},
    "none": {},
}
SCHEMES = pytest.mark.parametrize("auth", SENT)
MP4 = b"\0\0\0\x18ftypmp42" + b"x" * 100


def account(root: str, auth: str, headers: Mapping[str, str] | None = None) -> Endpoint:
    key = SecretStr("" if auth == "none" else SECRET)
    return Endpoint(gateway="g", root=root, key=key, auth=auth, more_headers=headers or {})


@pytest.fixture
async def stranger() -> AsyncGenerator[RawServer]:
    async with raw_server(replies(reply(MP4))) as server:
        yield server


def has_secret(request: bytes) -> bool:
    return any(part in request for part in SECRET.encode().split(b":"))


@SCHEMES
def test_a_key_is_sent_as_its_gateway_wants_it(auth: str) -> None:
    more = {"X-DashScope-Async": "enable"}

    assert account("https://h", auth).headers == SENT[auth]
    assert account("https://h", auth, more).headers == more | SENT[auth]
    assert SECRET not in repr(account("https://h", auth))


@pytest.mark.parametrize("pasted", ["Key a:b", " key\ta:b\n", "Bearer a:b", "a:b"])
def test_the_word_of_a_scheme_is_no_part_of_the_key(pasted: str) -> None:
    assert clean_key(pasted) == "a:b"


@SCHEMES
def test_a_key_that_is_quoted_is_masked_whole_or_in_half(
    auth: str, caplog: pytest.LogCaptureFixture
) -> None:
    sent = account("https://h", auth).headers
    half = SECRET.rpartition(":")[2]
    told = f"refused {sent} and {half}" if sent else "refused"

    fault = fault_of({"detail": told}, 401)
    logging.getLogger("core.test").warning("%s", redact(told))

    assert not has_secret(f"{fault!r} {caplog.text}".encode())


@SCHEMES
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_no_request_of_ours_follows_a_redirect(
    auth: str, status: int, stranger: RawServer
) -> None:
    away = redirect(f"{stranger.url}/v1/x", status=status)
    async with raw_server(replies(away)) as own, httpx.AsyncClient() as http:
        wire = Wire(account(own.url, auth), http)
        with pytest.raises(JobError):
            async with wire.create(
                Creation(path="/v1/x", body={}), idle_seconds=5, circumstances=Circumstances()
            ):
                pass
        with pytest.raises(JobError):
            await wire.look("/v1/x")
        await wire.withdraw("/v1/x", "PUT")

    assert len(own.requests) == 3
    assert all(has_secret(request) is (auth != "none") for request in own.requests)
    assert stranger.requests == []


@SCHEMES
async def test_an_address_that_an_answer_names_never_sees_the_key(auth: str) -> None:
    async with (
        raw_server(replies(as_json({"status": "done"}))) as stranger,
        httpx.AsyncClient() as http,
    ):
        wire = Wire(account("http://127.0.0.1:9", auth, {"X-Ours": "1"}), http)
        await wire.look(f"{stranger.url}/v1/x")

    assert len(stranger.requests) == 1
    assert not has_secret(stranger.requests[0])
    assert b"x-ours" not in stranger.requests[0].lower()


@pytest.mark.parametrize(
    "path", ["@evil.example/x", ".evil.example/x", "https://evil.example/", ""]
)
async def test_what_is_no_path_is_not_put_behind_the_gateways_name(path: str) -> None:
    async with httpx.AsyncClient() as http:
        wire = Wire(account("http://127.0.0.1:9", "key"), http)
        with pytest.raises(ValueError, match="not a path"):
            await wire.withdraw(path)
        with pytest.raises(ValueError, match="not a path"):
            async with wire.create(
                Creation(path=path, body={}), idle_seconds=5, circumstances=Circumstances()
            ):
                pass


@SCHEMES
async def test_a_result_elsewhere_is_fetched_without_the_key(
    auth: str, stranger: RawServer, tmp_path: Path
) -> None:
    away = redirect(f"{stranger.url}/a.mp4")
    async with raw_server(replies(away)) as own:
        for url in (f"{own.url}/content", f"{stranger.url}/b.mp4"):
            await download(
                RemoteAsset(urls=(url,), authorized=True),
                tmp_path,
                name="a",
                origin=own.url,
                media_origins=[stranger.url],
                headers=account(own.url, auth).headers,
            )

    assert [has_secret(request) for request in own.requests] == [auth != "none"]
    assert len(stranger.requests) == 2
    assert not any(map(has_secret, stranger.requests))


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("https://h/api/v1/videos/1?x=%2F", "/v1/videos/1?x=%2F"),
        ("https://h:443/api/v1/videos/1", "/v1/videos/1"),
        ("HTTPS://H/api/v1/videos/1", "/v1/videos/1"),
        ("/api/v1/videos/1", "/v1/videos/1"),
        ("https://h/v1/videos/1", ""),
        ("https://h/api/../v1/videos/1", ""),
        ("https://h.evil.example/api/v1/x", ""),
        ("https://h@evil.example/api/v1/x", ""),
        ("https://u:p@h/api/v1/x", ""),
        ("http://h/api/v1/x", ""),
        ("https://h:8443/api/v1/x", ""),
        ("//evil.example/api/v1/x", ""),
        ("\\\\evil.example/api/v1/x", ""),
        ("https://h\x00/api/v1/x", ""),
        ("https://[/api", ""),
        ("ftp://h/api/v1/x", ""),
        ("", ""),
    ],
)
def test_a_path_is_taken_only_from_the_gateways_own_address(url: str, path: str) -> None:
    assert account("https://h/api", "key").path_of(url) == path
