"""Who has opened a page as a Mini App: Telegram tells the page, signed with our token. Pure.

Signed are all fields but `hash`: also `signature`, which is for those who have no token.
"""

import re
from dataclasses import dataclass
from hashlib import sha256
from hmac import compare_digest
from hmac import digest as mac
from urllib.parse import parse_qsl

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError

from bots.telegram.ids import NAME
from bots.way_in import Introduced
from core.events import Event
from core.platform import ConversationRef, User

_FRAGMENT_FIELD = "tgWebAppData"
_MOST_CHARS = 10_000
_MOST_FIELDS = 30
_FRESH_SECONDS = 300.0
# Clocks differ; what is told from further ahead is made up, or ours is wrong.
_AHEAD_SECONDS = 30.0
_NAME = re.compile(r"[a-z_]{1,50}")
_SECONDS = re.compile(r"[0-9]{1,12}")
_FRAMES = "https://web.telegram.org"


class _Person(BaseModel):
    model_config = ConfigDict(strict=True)

    id: int = Field(gt=0, lt=10**20)
    language_code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MiniAppWayIn:
    """See `bots.way_in.WayIn`."""

    token: SecretStr
    name: str = NAME
    frames: str = _FRAMES

    def introduced(self, said: str, now: float) -> Introduced | None:
        fields = _fields(said)
        digest = _signed(fields, self.token.get_secret_value())
        if not compare_digest(fields.get("hash", "").encode(), digest.encode()):
            return None
        told = fields.get("auth_date", "")
        if not (_SECONDS.fullmatch(told) and _is_fresh(int(told), now)):
            return None
        try:
            person = _Person.model_validate_json(fields.get("user", ""))
        except ValidationError:
            return None
        return Introduced(
            user=User(platform=NAME, id=str(person.id), locale=person.language_code),
            place=ConversationRef(platform=NAME, chat=str(person.id)),
            event=Event(platform=NAME, id=f"mini-app/{digest}"),
        )


def _is_fresh(told: int, now: float) -> bool:
    return -_AHEAD_SECONDS <= now - told <= _FRESH_SECONDS


def _fields(fragment: str) -> dict[str, str]:
    """What Telegram has signed, and its signature; nothing where that can be read in two ways."""
    if len(fragment) > _MOST_CHARS:
        return {}
    try:
        outer = parse_qsl(fragment, max_num_fields=_MOST_FIELDS, errors="strict")
        (data,) = [value for name, value in outer if name == _FRAGMENT_FIELD]
        pairs = parse_qsl(
            data,
            keep_blank_values=True,
            strict_parsing=True,
            max_num_fields=_MOST_FIELDS,
            errors="strict",
        )
    except ValueError:
        return {}
    fields = dict(pairs)
    # Lines are signed: one that is two, or a name with a sign in it, would be so in another way.
    is_plain = all(_NAME.fullmatch(name) and "\n" not in value for name, value in pairs)
    return fields if is_plain and len(fields) == len(pairs) else {}


def _signed(fields: dict[str, str], token: str) -> str:
    """The hash that Telegram would have sent with these."""
    lines = sorted(f"{name}={value}" for name, value in fields.items() if name != "hash")
    key = mac(b"WebAppData", token.encode(), sha256)
    return mac(key, "\n".join(lines).encode(), sha256).hex()
