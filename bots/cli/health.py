"""`cliprelay health`: does the bot on this machine live? For whatever restarts it if not."""

import httpx

from core.errors import OperatorError
from core.settings import Settings

_TIMEOUT_SECONDS = 5.0
_EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - an address to look for, not to bind


class SickError(OperatorError):
    """It does not answer as it should."""


def check_health(settings: Settings) -> str:
    """Ask our own HTTP server; a sentence for the operator.

    Raises:
        SickError: the bot does not answer, or says that it is not well.
    """
    if not settings.http_port:
        return "HTTP_PORT is 0, so nobody can be asked"
    host = _EVERYWHERE.get(settings.http_host, settings.http_host)
    url = f"http://{f'[{host}]' if ':' in host else host}:{settings.http_port}/healthz"
    try:
        answer = httpx.get(url, timeout=_TIMEOUT_SECONDS, trust_env=False)
    except (httpx.RequestError, httpx.InvalidURL) as error:
        raise SickError(f"{url} does not answer ({type(error).__name__})") from error
    if not answer.is_success:
        raise SickError(f"{url} answers with HTTP {answer.status_code}")
    return "The bot lives"
