"""Results are fetched through the proxy of the environment, where there is one."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from core.delivery.download import download
from core.errors import FaultKind, JobError
from core.media import RemoteAsset
from tests.fakes.proxy import Proxy, proxy
from tests.fakes.raw_server import RawServer, raw_server, redirect, replies, reply

MP4 = b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom" + bytes(range(256)) * 40
GATEWAY = "https://gateway.example"
CLIP = "http://cdn.example/a%2Fb.mp4?sig=a%2Bb"
INNER = "http://10.1.2.3:8000"


async def fetch(folder: Path, url: str, *, media_origins: tuple[str, ...] = ()) -> Path:
    return await download(
        RemoteAsset(urls=(url,)),
        folder,
        name="clip",
        origin=GATEWAY,
        media_origins=media_origins,
        backoff_seconds=0,
    )


@pytest.fixture(autouse=True)
def only_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(variable, raising=False)


@pytest.fixture
async def storage() -> AsyncIterator[RawServer]:
    async with raw_server(replies(reply(MP4))) as server:
        yield server


@pytest.fixture
async def way_out(storage: RawServer, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Proxy]:
    """The only way out; it knows a storage, and more than one should reach."""
    there = storage.url.removeprefix("http://")
    inner = ("10.1.2.3:8000", "169.254.169.254:80", "metadata.google.internal:80", "nas:80")
    async with proxy(dict.fromkeys(("cdn.example:80", *inner), there)) as found:
        monkeypatch.setenv("HTTP_PROXY", found.url)
        yield found


async def test_a_result_comes_through_the_proxy_which_looks_its_name_up(
    tmp_path: Path, way_out: Proxy, storage: RawServer
) -> None:
    path = await fetch(tmp_path, CLIP)

    assert path.read_bytes() == MP4
    assert way_out.asked == [f"GET {CLIP}"]
    assert b"\r\nHost: cdn.example\r\n" in storage.requests[0]


@pytest.mark.parametrize(
    "url",
    [
        "http://10.1.2.3:8000/v.mp4",
        "http://169.254.169.254/latest/meta-data/",
        "http://[::ffff:169.254.169.254]/",
        "http://[fd00::1]/v.mp4",
        "http://localhost:8000/v.mp4",
        "http://127.0.0.1:8000/v.mp4",
        "http://127.0.0.2:8000/v.mp4",
        "http://[::1]:8000/v.mp4",
        "http://app.localhost/v.mp4",
        "http://metadata.google.internal/v.mp4",
        "http://METADATA.google.INTERNAL/v.mp4",
        "http://nas/v.mp4",
        "http://printer.local/v.mp4",
    ],
)
async def test_what_is_seen_to_be_private_is_never_asked_of_the_proxy(
    tmp_path: Path, way_out: Proxy, url: str
) -> None:
    with pytest.raises(JobError) as raised:
        await fetch(tmp_path, url)

    assert raised.value.fault.kind is FaultKind.UNREACHABLE_LINK
    assert way_out.asked == []


async def test_a_redirect_into_the_house_is_not_followed_through_the_proxy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with raw_server(replies(redirect("http://169.254.169.254/key"))) as server:
        there = server.url.removeprefix("http://")
        async with proxy({"cdn.example:80": there, "169.254.169.254:80": there}) as found:
            monkeypatch.setenv("HTTP_PROXY", found.url)
            with pytest.raises(JobError) as raised:
                await fetch(tmp_path, CLIP)

    assert raised.value.fault.kind is FaultKind.UNREACHABLE_LINK
    assert found.asked == [f"GET {CLIP}"]


async def test_a_private_origin_that_the_operator_names_is_asked_of_the_proxy(
    tmp_path: Path, way_out: Proxy
) -> None:
    path = await fetch(tmp_path, f"{INNER}/v.mp4", media_origins=(INNER,))

    assert path.read_bytes() == MP4
    assert way_out.asked == [f"GET {INNER}/v.mp4"]


async def test_what_needs_no_proxy_is_guarded_as_without_one(
    tmp_path: Path, way_out: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_PROXY", "10.1.2.3, .example")

    with pytest.raises(JobError) as private:
        await fetch(tmp_path, f"{INNER}/v.mp4")
    with pytest.raises(JobError) as unknown:
        await fetch(tmp_path, "http://no-such-storage.example/v.mp4")

    kinds = [raised.value.fault.kind for raised in (private, unknown)]
    assert kinds == [FaultKind.UNREACHABLE_LINK, FaultKind.NETWORK]
    assert way_out.asked == []


async def test_a_proxy_that_refuses_is_a_network_error_without_its_password(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with raw_server(replies(reply(status=407))) as server:
        at = server.url.removeprefix("http://")
        monkeypatch.setenv("HTTPS_PROXY", f"http://me:s3cret@{at}")
        with pytest.raises(JobError) as raised:
            await fetch(tmp_path, CLIP.replace("http:", "https:"))

    assert raised.value.fault.kind is FaultKind.NETWORK
    assert "s3cret" not in repr(raised.value.fault)
    assert server.requests[0].startswith(b"CONNECT cdn.example:443 ")
