"""What gateways send when the credit of the operator's account runs low.

Source: docs/gateways.md, "Notices of low credit".
"""

import hashlib
import hmac
from json import loads

from pydantic import BaseModel, Field, ValidationError

from core.redact import quote

_AGAIN_SECONDS = 24 * 3600.0


class Heard:
    """What admins were told of late: gateways repeat a notice until credit is added."""

    def __init__(self) -> None:
        self._told: dict[tuple[str, str], float] = {}

    def is_news(self, gateway: str, said: str, now: float) -> bool:
        """Whether to tell it: the same is told again after a day. `now` is in seconds."""
        late = {key: at for key, at in self._told.items() if now - at < _AGAIN_SECONDS}
        news = (gateway, said) not in late
        self._told = {**late, (gateway, said): now} if news else late
        return news


class _Data(BaseModel):
    quota: float | None = None


class _Notice(BaseModel):
    topic: str = ""
    data: _Data = Field(default_factory=_Data)
    type: str = ""
    title: str = ""
    content: str = ""
    values: list[str | int | float] = Field(default_factory=list[str | int | float])


def is_genuine(body: bytes, *, authorization: str, signature: str, secret: str) -> bool:
    """Tell whether who sends this knows the secret: as a bearer, or by having signed the body."""
    scheme, _, token = authorization.partition(" ")
    signed = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    bears = hmac.compare_digest(token.strip().encode(), secret.encode())
    signs = hmac.compare_digest(signature.strip().casefold().encode(), signed.encode())
    return (scheme.casefold() == "bearer" and bears) or signs


def read_notice(body: bytes) -> str | None:
    """What is left or what is said, in the gateway's words; None for anything else."""
    try:
        notice = _Notice.model_validate(loads(body))
    except (ValueError, ValidationError):
        return None
    if notice.topic == "user_quota_too_low":
        return "" if notice.data.quota is None else f"{notice.data.quota:g}"
    if notice.type == "quota_exceed":
        text = notice.content or notice.title
        for value in notice.values:
            text = text.replace("{{value}}", str(value), 1)
        return quote(text)
    return None
