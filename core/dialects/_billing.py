"""Whether a creation may have been taken, and so billed. Its status decides, and never its words.

Source: docs/gateways.md, "A creation is not idempotent".
"""

_FIRST_SERVER_ERROR = 500
# Somebody on the way gave up waiting: what stands behind it may go on.
_GAVE_UP = frozenset({408, 499, 504, 524})
# Nothing was begun: there is no such way of asking.
_NEVER_TAKEN = frozenset({501, 505})
_UNAVAILABLE = 503


def leaves_open(status: int, *, says_why: bool) -> bool:
    """Whether a request that was answered like this may have been taken all the same.

    503 alone has two meanings: a gateway refuses with it what it has no room for, and a proxy
    says it of a connection that broke after the request was out. It is a refusal where it
    `says_why`; words never close what any other status leaves open.
    """
    if status == _UNAVAILABLE:
        return not says_why
    server_error = status >= _FIRST_SERVER_ERROR and status not in _NEVER_TAKEN
    return server_error or status in _GAVE_UP


def gave_up(status: int | None) -> bool:
    """Whether a status says that somebody on the way stopped waiting."""
    return status in _GAVE_UP
