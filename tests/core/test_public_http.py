"""What may be asked for, and to which address the connection goes."""

import asyncio
import socket
from collections.abc import Sequence

import httpx
import pytest

from core.public_http import GuardedTransport, Resolve, UnsafeAddressError, is_public, origin
from tests.fakes.raw_server import raw_server, replies, reply


class RecordingTransport(httpx.AsyncBaseTransport):
    """Stands for the network: keeps the requests that would have gone out."""

    def __init__(self, *unreachable: str) -> None:
        self.unreachable = unreachable
        self.requests: list[httpx.Request] = []
        self.closed = False

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        if request.url.host in self.unreachable:
            raise httpx.ConnectError("no route")
        return httpx.Response(200, content=b"fine")

    async def aclose(self) -> None:
        self.closed = True


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """The machine's proxy, if it has one, is not what is tested here: test_proxy.py."""
    monkeypatch.setenv("no_proxy", "*")


def dns(*addresses: str) -> Resolve:
    async def resolve(_host: str, _port: int) -> Sequence[str]:
        return addresses

    return resolve


async def send(guard: GuardedTransport, url: str) -> httpx.Response:
    return await guard.handle_async_request(httpx.Request("GET", url))


@pytest.mark.parametrize(
    "address",
    [
        "8.8.8.8",
        "1.1.1.1",
        "192.0.1.1",
        "2606:4700::1111",
        "2001:4860:4860::8888",
        "::ffff:8.8.8.8",
        "64:ff9b::8.8.8.8",
        "2002:808:808::1",
    ],
)
def test_a_public_address_is_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.0.0.1",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.100.100.200",
        "192.0.0.192",
        "168.63.129.16",
        "0.0.0.0",  # noqa: S104 an address to judge, nothing binds to it
        "224.0.0.1",
        "239.1.1.1",
        "255.255.255.255",
        "198.18.0.1",
        "192.88.99.1",
        "::",
        "::1",
        "::127.0.0.1",
        "::ffff:127.0.0.1",
        "::ffff:169.254.169.254",
        "64:ff9b::10.0.0.1",
        "64:ff9b:1::8.8.8.8",
        "2002:7f00:1::",
        "2002:a9fe:a9fe::1",
        "2001::1",
        "2001:db8::1",
        "3fff::1",
        "5f00::1",
        "fc00::1",
        "fd00:ec2::254",
        "fe80::1",
        "fe80::1%eth0",
        "fec0::1",
        "ff0e::1",
        "localhost",
        "",
    ],
)
def test_any_other_address_is_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://127.0.0.1:8089/v1", "http://127.0.0.1:8089"),
        ("HTTPS://Api.Example.COM/v1?x=1", "https://api.example.com:443"),
        ("https://api.example.com:443", "https://api.example.com:443"),
        ("HTTP://api.example.com:80/", "http://api.example.com:80"),
        ("http://[::1]:8000/", "http://[::1]:8000"),
        ("http://user:secret@example.com/", "http://example.com:80"),
        ("ftp://example.com/", "ftp://example.com:0"),
    ],
)
def test_an_origin_has_one_normal_form(url: str, expected: str) -> None:
    assert origin(url) == expected


async def test_the_connection_goes_to_the_checked_address_under_the_name_of_the_host() -> None:
    wire = RecordingTransport()
    guard = GuardedTransport(inner=wire, resolve=dns("8.8.8.8"))

    await send(guard, "https://cdn.example:8443/a%2Fb.mp4?sig=a%2Bb+c%3D")

    (request,) = wire.requests
    assert str(request.url) == "https://8.8.8.8:8443/a%2Fb.mp4?sig=a%2Bb+c%3D"
    assert request.headers["Host"] == "cdn.example:8443"
    assert request.extensions["sni_hostname"] == "cdn.example"


async def test_an_ipv6_address_is_connected_to() -> None:
    wire = RecordingTransport()
    guard = GuardedTransport(inner=wire, resolve=dns("2606:4700::1111"))

    await send(guard, "https://cdn.example/a.mp4")

    assert str(wire.requests[0].url) == "https://[2606:4700::1111]/a.mp4"


async def test_the_host_is_looked_up_once_for_a_request() -> None:
    answers = [["8.8.8.8"], ["127.0.0.1"]]

    async def rebinding(_host: str, _port: int) -> Sequence[str]:
        return answers.pop(0)

    wire = RecordingTransport()
    guard = GuardedTransport(inner=wire, resolve=rebinding)

    await send(guard, "http://rebind.example/")

    assert [request.url.host for request in wire.requests] == ["8.8.8.8"]
    assert answers == [["127.0.0.1"]]


async def test_the_next_address_is_tried_when_one_cannot_be_reached() -> None:
    wire = RecordingTransport("2606:4700::1111")
    guard = GuardedTransport(inner=wire, resolve=dns("2606:4700::1111", "8.8.8.8"))

    response = await send(guard, "http://cdn.example/")

    assert response.status_code == 200
    assert [request.url.host for request in wire.requests] == ["2606:4700::1111", "8.8.8.8"]


async def test_the_last_address_that_cannot_be_reached_is_an_error() -> None:
    guard = GuardedTransport(
        inner=RecordingTransport("8.8.8.8", "8.8.4.4"), resolve=dns("8.8.8.8", "8.8.4.4")
    )

    with pytest.raises(httpx.ConnectError):
        await send(guard, "http://cdn.example/")


async def test_one_private_address_spoils_the_public_ones() -> None:
    wire = RecordingTransport()
    guard = GuardedTransport(inner=wire, resolve=dns("8.8.8.8", "10.0.0.1"))

    with pytest.raises(UnsafeAddressError):
        await send(guard, "http://cdn.example/")

    assert wire.requests == []


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/",
        "http://localhost/",
        "http://localhost./",
        "http://127.0.0.1./",
        "http://[::1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://[::ffff:7f00:1]/",
        "http://[64:ff9b::7f00:1]/",
        "http://2130706433/",
        "http://134744072/",
        "http://0x7f.1/",
        "http://0x7f000001/",
        "http://127.1/",
        "http://0/",
        "http://169.254.169.254/latest/meta-data/",
        "http://8.8.8.8./",
        "http://user@8.8.8.8/",
        "http://user:secret@8.8.8.8/",
        "http://8.8.8.8:99999999/",
        "http:///v.mp4",
        "ftp://8.8.8.8/",
        "file:///etc/passwd",
        "gopher://8.8.8.8/",
    ],
)
async def test_an_unsafe_or_odd_url_is_refused_before_any_connection(url: str) -> None:
    wire = RecordingTransport()
    guard = GuardedTransport(inner=wire)

    with pytest.raises(UnsafeAddressError):
        await send(guard, url)

    assert wire.requests == []


async def test_only_the_very_origin_that_is_allowed_passes_unchecked() -> None:
    async with raw_server(replies(reply(b"mine"))) as own, raw_server(replies()) as other:
        async with GuardedTransport(frozenset({origin(own.url)})) as guard:
            response = await send(guard, f"{own.url}/v.mp4")
            body = await response.aread()
            with pytest.raises(UnsafeAddressError):
                await send(guard, f"{other.url}/v.mp4")

        assert body == b"mine"
        assert other.requests == []


async def test_userinfo_does_not_pass_even_to_the_allowed_origin() -> None:
    wire = RecordingTransport()
    guard = GuardedTransport(frozenset({"http://127.0.0.1:80"}), inner=wire)

    with pytest.raises(UnsafeAddressError):
        await send(guard, "http://me:secret@127.0.0.1/")

    assert wire.requests == []


async def test_a_host_without_an_address_is_a_network_error() -> None:
    guard = GuardedTransport(inner=RecordingTransport(), resolve=dns())

    with pytest.raises(httpx.ConnectError):
        await send(guard, "http://nobody.example/")


async def test_a_host_that_cannot_be_looked_up_is_a_network_error() -> None:
    async def failing(_host: str, _port: int) -> Sequence[str]:
        raise socket.gaierror(socket.EAI_NONAME, "unknown")

    guard = GuardedTransport(inner=RecordingTransport(), resolve=failing)

    with pytest.raises(httpx.ConnectError):
        await send(guard, "http://nobody.example/")


async def test_a_name_that_cannot_be_one_is_a_network_error() -> None:
    with pytest.raises(httpx.ConnectError):
        await send(GuardedTransport(inner=RecordingTransport()), "http://a..b/")


async def test_a_lookup_ends_with_the_timeout_for_connecting() -> None:
    async def hanging(_host: str, _port: int) -> Sequence[str]:
        await asyncio.Event().wait()
        return ()

    guard = GuardedTransport(inner=RecordingTransport(), resolve=hanging)
    timeout = {"timeout": {"connect": 0.01}}

    with pytest.raises(httpx.ConnectTimeout):
        await guard.handle_async_request(
            httpx.Request("GET", "http://slow.example/", extensions=timeout)
        )


async def test_closing_the_guard_closes_what_it_guards() -> None:
    wire = RecordingTransport()

    async with GuardedTransport(inner=wire):
        pass

    assert wire.closed
