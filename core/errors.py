"""Every failure that a person can see.

ClipRelayError
├── OperatorError          the installation is wrong; a plain sentence for who runs it
│   ├── SettingsError      a variable of the environment
│   ├── CatalogError       a catalog file: file, table, field
│   └── StorageError       the database or the disk; DatabaseInUseError
├── UserError              the command is wrong, nothing was paid; a text key, variables
└── JobError               a generation failed; carries a Fault, data kept with the job
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

# A value of a text that depends on the language: given a locale, it says itself.
Detail = str | int | Callable[[Any], str]


class ClipRelayError(Exception):
    """A failure that we can explain."""


class OperatorError(ClipRelayError):
    """The installation is wrong; the message is the sentence to show."""


class SettingsError(OperatorError):
    """A variable of the environment is wrong."""


class CatalogError(OperatorError):
    """A catalog file is wrong."""


class StorageError(OperatorError):
    """The database or the disk cannot be used."""


class DatabaseInUseError(StorageError):
    """Another process works on the database, which is the file at `path`."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"Another cliprelay is using {path}, and two on one file would run every job twice: "
            "stop that one first."
        )
        self.path = path


class UserError(ClipRelayError):
    """The command cannot be done as it was typed; nothing was sent and nothing was paid.

    `key` names a text of core/i18n, `details` are its variables, `hints` are further sentences
    that say what would work. Those `for_admins` are about the installation, and nobody else's.
    """

    def __init__(
        self,
        key: str,
        *,
        hints: tuple["UserError", ...] = (),
        for_admins: tuple["UserError", ...] = (),
        **details: Detail,
    ) -> None:
        super().__init__(f"{key} {details}" if details else key)
        self.key = key
        self.hints = hints
        self.for_admins = for_admins
        self.details: Mapping[str, Detail] = details

    def with_hints(
        self, *hints: "UserError", for_admins: tuple["UserError", ...] = ()
    ) -> "UserError":
        """The same with more hints."""
        return UserError(
            self.key,
            hints=(*self.hints, *hints),
            for_admins=(*self.for_admins, *for_admins),
            **self.details,
        )


def did_you_mean(near: Sequence[str]) -> tuple[UserError, ...]:
    """The hint for what was probably meant, if anything was."""
    return (UserError("hint-did-you-mean", nearest=near[0]),) if near else ()


class FaultKind(StrEnum):
    """Why a job failed. Each kind has a sentence `fault-<kind>` in every locale."""

    AUTH = "auth"
    QUOTA = "quota"
    PERMISSION = "permission"
    MODEL_GONE = "model_gone"
    BAD_REQUEST = "bad_request"
    UNSUPPORTED_PARAM = "unsupported_param"
    TOO_LARGE = "too_large"
    MODERATION_INPUT_IMAGE = "moderation_input_image"
    MODERATION_PROMPT = "moderation_prompt"
    MODERATION_OUTPUT = "moderation_output"
    RATE_LIMITED = "rate_limited"
    OVERLOADED = "overloaded"
    UPSTREAM = "upstream"
    TIMEOUT = "timeout"
    NETWORK = "network"
    AMBIGUOUS = "ambiguous"
    MISCONFIGURED = "misconfigured"
    BAD_PAYLOAD = "bad_payload"
    MISFORMED = "misformed"
    NO_ANSWER = "no_answer"
    NO_MEDIA = "no_media"
    LINK_DEAD = "link_dead"
    NOT_MEDIA = "not_media"
    OVERSIZED = "oversized"
    UNREACHABLE_LINK = "unreachable_link"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    INTERRUPTED = "interrupted"
    PICTURES_GONE = "pictures_gone"
    DISK_FULL = "disk_full"
    UNDELIVERABLE = "undeliverable"
    UNCONFIRMED = "unconfirmed"
    UNHEARD = "unheard"
    INTERNAL = "internal"
    UNKNOWN = "unknown"


MODERATION = frozenset(
    {
        FaultKind.MODERATION_INPUT_IMAGE,
        FaultKind.MODERATION_PROMPT,
        FaultKind.MODERATION_OUTPUT,
    }
)

# The gateway may still hold (or go on making) what was paid for: a retry asks for that again and
# pays nothing.
RECOVERABLE = frozenset(
    {
        FaultKind.DISK_FULL,
        FaultKind.INTERNAL,
        FaultKind.LINK_DEAD,
        FaultKind.NETWORK,
        FaultKind.NOT_MEDIA,
        FaultKind.TIMEOUT,
        FaultKind.UNCONFIRMED,
        FaultKind.UNDELIVERABLE,
        FaultKind.UNHEARD,
        FaultKind.UNREACHABLE_LINK,
    }
)

# What says nothing of how a gateway does: what was asked for, who has stopped it, our own side.
NOT_THE_GATEWAY = MODERATION | {
    FaultKind.CANCELLED,
    FaultKind.DISK_FULL,
    FaultKind.INTERNAL,
    FaultKind.INTERRUPTED,
    FaultKind.OVERSIZED,
    FaultKind.TOO_LARGE,
    FaultKind.UNCONFIRMED,
    FaultKind.UNDELIVERABLE,
    FaultKind.UNHEARD,
}

# Answers of a gateway that cannot do the work now: another one may.
HAD_ELSEWHERE = frozenset(
    {
        FaultKind.MODEL_GONE,
        FaultKind.NETWORK,
        FaultKind.OVERLOADED,
        FaultKind.QUOTA,
        FaultKind.RATE_LIMITED,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What went wrong, as plain data.

    Attributes:
        kind: the class of failure.
        reason: the provider's own words, already trimmed and redacted; may be empty. It is quoted
            to users as the gateway's, so nothing of ours belongs here.
        detail: what we saw ourselves, in English, for the log; of INTERNAL the id in the log.
        http_status: of the answer that said so, if one did.
        request_id: the gateway's, for its support.
        maybe_billed: True when the gateway may have taken the request although we have no result.
    """

    kind: FaultKind
    reason: str = ""
    detail: str = ""
    http_status: int | None = None
    request_id: str = ""
    maybe_billed: bool = False


class JobError(ClipRelayError):
    """A generation failed.

    Attributes:
        is_final: whether a task has ended with it, so that asking again would change nothing.
        headers: of the answer that said so, if one did: some say there what it has cost.
    """

    def __init__(
        self,
        fault: Fault,
        *,
        retry_after: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(": ".join(filter(None, (fault.kind, fault.reason or fault.detail))))
        self.fault = fault
        self.retry_after = retry_after
        self.headers: Mapping[str, str] = headers or {}
        self.is_final = False
