"""Whether a creation may have been taken, and so billed. Statuses and codes decide, never words.

Source: docs/gateways.md, "A creation is not idempotent", "What is billed when".
"""

import re
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

_FIRST_SERVER_ERROR = 500
# Somebody on the way gave up waiting: what stands behind it may go on.
_GAVE_UP = frozenset({408, 499, 504, 524})
# Nothing was begun: there is no such way of asking.
_NEVER_TAKEN = frozenset({501, 505})
_UNAVAILABLE = 503

# Codes, in a field of their own, which gateways give before they hand a request on.
_NOT_HANDED_ON = frozenset(
    {
        "access_denied",
        "base_resp:1002",
        "base_resp:1004",
        "base_resp:1008",
        "base_resp:1026",
        "base_resp:2013",
        "base_resp:2049",
        "insufficient_user_quota",
        "invalid_request",
        "model_not_found",
        "pre_consume_token_quota_failed",
        "rate_limit_exceeded",
        "sensitive_words_detected",
        "sentinel_block",
    }
)
# Google's own, by which it refuses what flow2api has handed in.
_REFUSED_BY_FLOW = re.compile(
    r"PUBLIC_ERROR_(?:UNSAFE|SEXUAL|MINOR|PROMINENT_PEOPLE|DANGER|HIGH_TRAFFIC|UNUSUAL_ACTIVITY"
    r"|USER_REQUESTS_THROTTLED|MODEL_ACCESS_DENIED|\w*QUOTA_REACHED)\w*"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Inside:
    """What an error inside a good answer has beside its sentence.

    Attributes:
        status: the HTTP status that it quotes of a bad answer, in whatever field.
        pool_status: the same in flow2api's own field, which nobody on the way writes.
        codes: its own, and those of an answer that it quotes.
    """

    status: int | None = None
    pool_status: int | None = None
    codes: AbstractSet[str] = frozenset()

    @property
    def is_refusal(self) -> bool:
        """Whether it is known that nothing was taken."""
        if self.pool_status == _UNAVAILABLE or self.codes & _NOT_HANDED_ON:
            return True
        if self.pool_status == _FIRST_SERVER_ERROR:
            return any(map(_REFUSED_BY_FLOW.fullmatch, self.codes))
        return self.status is not None and not leaves_open(self.status)


def leaves_open(status: int, codes: AbstractSet[str] = frozenset()) -> bool:
    """Whether a request that was answered like this may have been taken all the same.

    503 has two meanings: a gateway refuses with it what it has no room for, and a proxy says it of
    a connection that broke after the request was out. Only a code tells them apart.
    """
    if status == _UNAVAILABLE:
        return not codes & _NOT_HANDED_ON
    server_error = status >= _FIRST_SERVER_ERROR and status not in _NEVER_TAKEN
    return server_error or status in _GAVE_UP
