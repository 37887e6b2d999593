"""Lets HTTP requests out to public addresses only, on every hop, whatever a link or DNS says.

Where the environment names a proxy, it is the proxy that looks names up: then only what a link
itself says can be judged here.
"""

import asyncio
import re
import socket
from collections.abc import Awaitable, Callable, Sequence
from functools import cache
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from ssl import SSLContext
from urllib.request import getproxies, proxy_bypass

import httpx

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]

_PORTS = {"http": 80, "https": 443}
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_PORT_RANGE = range(1, 65536)
_ENDS_IN_A_NUMBER = re.compile(r"(^|\.)(\d+|0x[0-9a-f]*)$")

# Names that are nobody's in public DNS; a proxy may well know some, such as a cloud's metadata.
_INNER_NAMES = re.compile(r"([^.]*|.*\.(localhost|local|internal|lan|intranet|home\.arpa))")

# What Python 3.11 calls global and is not, or not to everybody.
_RESERVED_V4 = (
    ip_network("192.0.0.0/24"),  # protocol assignments; a cloud's metadata lives in it
    ip_network("192.88.99.0/24"),  # 6to4 relays
    ip_network("168.63.129.16/32"),  # Azure's host agent, seen from inside Azure
)
_UNICAST_V6 = ip_network("2000::/3")  # all that was ever handed out
_DOCUMENTATION_V6 = ip_network("3fff::/20")
_NAT64 = ip_network("64:ff9b::/96")


class UnsafeAddressError(httpx.RequestError):
    """The request was not sent: it does not go to a public address."""


class GuardedTransport(httpx.AsyncBaseTransport):
    """Sends a request only to addresses that were checked, and to `allowed_origins` unchecked.

    A port of this machine is one origin, whatever name of the loopback it is reached by.

    The name is looked up once and the connection goes to the checked address itself, so an
    answer that changes between check and use (DNS rebinding) has no effect. A proxy of the
    environment is given the name instead, if that cannot be seen to be private.
    """

    def __init__(
        self,
        allowed_origins: frozenset[str] = frozenset(),
        *,
        inner: httpx.AsyncBaseTransport | None = None,
        resolve: Resolve | None = None,
    ) -> None:
        self._allowed = frozenset(map(_place, allowed_origins))
        self._inner = inner or _transport()
        self._resolve = resolve or _resolve
        self._proxies: dict[str, httpx.AsyncBaseTransport] = {}

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        _check_form(request)
        allowed = _place(str(request.url)) in self._allowed
        if proxy := proxy_for(request.url):
            if not allowed:
                _check_name(request)
            return await self._through(proxy).handle_async_request(request)
        if allowed:
            return await self._inner.handle_async_request(request)
        addresses = await self._addresses(request)
        for address in addresses[:-1]:
            try:
                return await self._inner.handle_async_request(_pinned(request, address))
            except (httpx.ConnectError, httpx.ConnectTimeout):
                continue
        return await self._inner.handle_async_request(_pinned(request, addresses[-1]))

    async def aclose(self) -> None:
        for transport in (self._inner, *self._proxies.values()):
            await transport.aclose()

    def _through(self, proxy: str) -> httpx.AsyncBaseTransport:
        if proxy not in self._proxies:
            self._proxies[proxy] = _transport(proxy)
        return self._proxies[proxy]

    async def _addresses(self, request: httpx.Request) -> Sequence[str]:
        """Look the host up; a single address that is not public refuses them all."""
        host = request.url.host
        port = request.url.port or _PORTS[request.url.scheme]
        try:
            async with asyncio.timeout(request.extensions.get("timeout", {}).get("connect")):
                addresses = await self._resolve(host, port)
        except TimeoutError as error:
            raise httpx.ConnectTimeout(f"looking up {host} takes too long") from error
        except (OSError, UnicodeError) as error:
            raise httpx.ConnectError(f"{host} cannot be looked up") from error
        if not addresses:
            raise httpx.ConnectError(f"{host} has no address")
        if not all(map(is_public, addresses)):
            place = origin(str(request.url))
            raise UnsafeAddressError(f"{place} is not a public address", request=request)
        return addresses


def origin(url: str) -> str:
    """Give the normal form of a URL's origin: `scheme://host:port` in lower case."""
    parsed = httpx.URL(url)
    host = parsed.raw_host.decode("ascii").lower()
    shown = f"[{host}]" if ":" in host else host
    return f"{parsed.scheme}://{shown}:{parsed.port or _PORTS.get(parsed.scheme, 0)}"


def _place(url: str) -> str:
    """The origin of a URL, with one name for this machine."""
    found = httpx.URL(origin(url))
    return str(found.copy_with(host="localhost") if found.host in LOOPBACK else found)


def proxy_for(url: httpx.URL) -> str | None:
    """The proxy of the environment that a request goes through; None for this machine."""
    if url.host in LOOPBACK or proxy_bypass(url.netloc.decode("ascii")):
        return None
    proxies = getproxies()
    found = proxies.get(url.scheme) or proxies.get("all")
    return found if not found or "://" in found else f"http://{found}"


def is_public(address: str) -> bool:
    """Judge an IP address; one that carries an IPv4 address inside is judged by that."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return False
    inside = _unwrapped(parsed) if isinstance(parsed, IPv6Address) else parsed
    if not inside.is_global or inside.is_multicast:
        return False
    if isinstance(inside, IPv4Address):
        return not any(inside in network for network in _RESERVED_V4)
    return inside in _UNICAST_V6 and inside not in _DOCUMENTATION_V6


def _unwrapped(address: IPv6Address) -> IPv4Address | IPv6Address:
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFF_FFFF)
    return address.ipv4_mapped or address.sixtofour or address


def _check_form(request: httpx.Request) -> None:
    """Refuse URLs that no gateway writes, and those that two parsers may read differently."""
    url = request.url
    host = url.host
    if url.scheme not in _PORTS:
        raise UnsafeAddressError("only http and https are followed", request=request)
    odd_port = url.port is not None and url.port not in _PORT_RANGE
    odd_number = _ENDS_IN_A_NUMBER.search(host) and not _is_address(host)
    if url.userinfo or not host or host.endswith(".") or odd_port or odd_number:
        raise UnsafeAddressError("the link has an odd form", request=request)


def _check_name(request: httpx.Request) -> None:
    """Refuse what can be seen to be private without looking it up."""
    host = request.url.host
    private = not is_public(host) if _is_address(host) else _INNER_NAMES.fullmatch(host.lower())
    if private:
        place = origin(str(request.url))
        raise UnsafeAddressError(f"{place} is not a public address", request=request)


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _pinned(request: httpx.Request, address: str) -> httpx.Request:
    """Point the request at an address; the Host header and the TLS name stay the host's."""
    return httpx.Request(
        request.method,
        request.url.copy_with(host=address),
        headers=request.headers,
        stream=request.stream,
        extensions={**request.extensions, "sni_hostname": request.url.raw_host.decode("ascii")},
    )


def _transport(proxy: str | None = None) -> httpx.AsyncBaseTransport:
    # A kept connection is found again by its address alone, but TLS was checked for one name.
    limits = httpx.Limits(max_keepalive_connections=0)
    return httpx.AsyncHTTPTransport(verify=trusted_roots(), limits=limits, proxy=proxy)


@cache
def trusted_roots() -> SSLContext:
    """Whom all our clients trust. The certificates are read once: that takes 20 ms and 2 MB.

    Raises:
        OSError: SSL_CERT_FILE or SSL_CERT_DIR cannot be read.
    """
    return httpx.create_ssl_context()


async def _resolve(host: str, port: int) -> Sequence[str]:
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(address[0]) for *_, address in found]
