"""What Telegram tells a page that it opens as a Mini App, signed as it does that."""

import hashlib
import hmac
import json
from collections.abc import Mapping
from urllib.parse import quote


def person(number: int = 7, **more: object) -> str:
    """Whom it is about."""
    told = {"id": number, "first_name": "Ann + /", "username": "ann", "language_code": "zh-hans"}
    return json.dumps(told | more, separators=(",", ":")).replace("/", "\\/")


def fields(at: float, **more: str) -> dict[str, str]:
    """What it tells of who has pressed a button in a private chat at that time."""
    return {
        "query_id": "AAHdF6IQAAAAAN0XohDhrOrc",
        "user": person(),
        "auth_date": str(int(at)),
        "signature": "TYJxVcisqbWjtodPepiJ6ghziUL94-KNpG8Pau",
        **more,
    }


def hash_of(told: Mapping[str, str], token: str) -> str:
    """The signature for whoever has the token."""
    key = hmac.new(b"WebAppData", token.encode(), hashlib.sha256)
    lines = "\n".join(f"{name}={told[name]}" for name in sorted(told))
    return hmac.new(key.digest(), lines.encode(), hashlib.sha256).hexdigest()


def query(told: Mapping[str, str]) -> str:
    return "&".join(f"{name}={quote(value, safe='')}" for name, value in told.items())


def fragment(data: str) -> str:
    """What stands behind the # of the address that it opens."""
    return f"tgWebAppData={quote(data, safe='')}&tgWebAppVersion=9.1&tgWebAppPlatform=android"


def signed(told: Mapping[str, str], token: str) -> str:
    """The same, with what shows that it comes from Telegram."""
    return fragment(query({**told, "hash": hash_of(told, token)}))
