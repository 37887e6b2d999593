"""Reads what gateways say about a task, whatever they call its fields. All pure.

Source: docs/gateways.md, "Where the task id is", "Status words", "Where the link is",
"Progress numbers", "What a task has cost", "The asyncdata status page".
"""

import re
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TypeGuard
from urllib.parse import unquote

from core.dialects._codes import all_codes
from core.dialects._faults import Circumstances, message_of, refuse
from core.dialects._json import Json, dig, items, mapping, parse, sentence, text
from core.media import TOKENS, Cost


class Status(StrEnum):
    """What a task's status means to us. Unknown: keep asking until the deadline."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    UNKNOWN = "unknown"


_SYNONYMS: dict[Status, str] = {
    Status.QUEUED: (
        "not_start submitted queued queueing pending created preparing starting in_queue waiting"
        " initializing"
    ),
    Status.RUNNING: (
        "in_progress processing running generating active progress prompt_enhancing"
        " video_generating video_generation_completed video_upsampling"
        " video_upsampling_failed media_generation_status_active"
    ),
    Status.SUCCEEDED: (
        "success succeeded succeed completed complete finished done video_upsampling_completed"
        " media_generation_status_successful"
    ),
    Status.FAILED: "failure failed fail error rejected video_generation_failed not_found",
    Status.CANCELLED: "cancelled canceled cancel aborted",
    Status.EXPIRED: "expired timeout timed_out",
}
_STATUS_OF = {word: status for status, words in _SYNONYMS.items() for word in words.split()}

_ID_PLACES = ("id", "task_id", "data.task_id", "data.id", "data.0.task_id", "data.0.id", "data")
_STATUS_PLACES = ("status", "data.status", "state", "data.state", "content.status")
_PROGRESS_PLACES = ("progress", "data.progress", "content.progress")
_PROGRESS_SHARE_PLACES = ("progress_pct", "detail.pending_info.progress_pct")
_URL_PLACES = (
    "video_url",
    "url",
    "metadata.url",
    "result_url",
    "data.result_url",
    "data.output",
    "data.outputs.0",
    "data.video_url",
    "data.url",
    "data.data.output",
    "data.data.outputs.0",
    "data.data.data.output",
    "data.data.data.outputs.0",
    "data.data.content.video_url",
    "data.data.output.video_url",
    "data.data.data.task_result.videos.0.url",
    "output.url",
    "output.0.url",
    "output.0",
    "content.video_url",
    "content.url",
    "result.video.url",
)
_AHEAD_PLACES = ("queue_position", "data.queue_position")
# Where the price stands, in which unit, and how many make one of them.
_COSTS = (
    ("usage.cost", "USD", 1.0),
    ("usage.cost_in_usd_ticks", "USD", 1e10),
    ("usage.total_tokens", TOKENS, 1.0),
    ("usageMetadata.candidatesTokenCount", TOKENS, 1.0),
    ("task.usage.total_seconds", "s", 1.0),
    ("usage.duration", "s", 1.0),
    ("metrics.predict_time", "s", 1.0),
)
_COST_HEADERS = (("x-fal-billable-units", "units"),)
_MOST = 1e15
_LARGEST = 1_000_000
_REASON_PLACES = (
    "fail_reason",
    "data.fail_reason",
    "video_generation_error",
    "error_message",
    "response.raiMediaFilteredReasons.0",
    "response.generateVideoResponse.raiMediaFilteredReasons.0",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskReply:
    """One look at a task.

    Attributes:
        fraction: in 0..1.
        reason: why it failed, in the gateway's words; codes: in those of `_codes`.
        ahead: how many come before it in the gateway's queue; note: a line about its work.
        cost: what it was charged with.
        kept_back: whether it was made, and billed, and its moderation keeps it.
    """

    status: Status
    fraction: float | None = None
    urls: tuple[str, ...] = ()
    reason: str = ""
    codes: AbstractSet[str] = frozenset()
    ahead: int | None = None
    note: str = ""
    cost: Cost | None = None
    kept_back: bool = False


def failed(body: Json, status: Status = Status.FAILED) -> TaskReply:
    """What an answer that says why there is no result tells of its task."""
    return TaskReply(
        status=status, reason=message_of(body), codes=all_codes(body), cost=cost_of(body)
    )


def cost_of(body: Json, headers: Mapping[str, str] | None = None) -> Cost | None:
    """What an answer says that its task has cost; None where it says nothing."""
    told = [(dig(body, place), unit, parts) for place, unit, parts in _COSTS]
    told += [((headers or {}).get(name), unit, 1.0) for name, unit in _COST_HEADERS]
    amounts = ((_amount(value) / parts, unit) for value, unit, parts in told)
    costs = (Cost(amount=amount, unit=unit) for amount, unit in amounts if amount)
    return next(costs, None)


def _amount(value: object) -> float:
    """A number, or one in a text; 0 where it is none."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value) if 0 < value <= _MOST else 0.0
    said = re.fullmatch(r"\d{1,15}(?:\.\d{1,15})?", text(value))
    return float(said[0]) if said else 0.0


def status_of(value: object) -> Status:
    """Normalize a raw status."""
    # "NOT_START", "In Progress" and "in-progress" are all out there.
    word = text(value).strip().casefold().replace("-", "_").replace(" ", "_")
    # Stages of the picture that a video begins with; new ones appear without notice.
    if word.startswith("image_"):
        return Status.RUNNING
    return _STATUS_OF.get(word, Status.UNKNOWN)


def task_id_of(body: Json) -> str:
    """The id in the answer to a creation; "" when there is none."""
    for place in _ID_PLACES:
        found = dig(body, place)
        if isinstance(found, str) and found.strip():
            return found.strip()
        if isinstance(found, int) and not isinstance(found, bool):
            return str(found)
    return ""


def read_task(body: Json) -> TaskReply:
    """Read the answer to a look.

    Raises:
        JobError: it is a refusal, and says nothing about how the task is.
    """
    # With a status it is about the task, however much its envelope looks like an error.
    if not any(text(value).strip() for value in _at(body, _STATUS_PLACES)):
        refuse(body, Circumstances())
    status = next(
        (s for s in map(status_of, _at(body, _STATUS_PLACES)) if s is not Status.UNKNOWN),
        Status.UNKNOWN,
    )
    urls = tuple(dict.fromkeys(url for value in _at(body, _URL_PLACES) for url in _urls(value)))
    reasons = [told for value in _at(body, _REASON_PLACES) if (told := sentence(value))]
    reason = reasons[0] if reasons else ""
    if not urls and status is Status.SUCCEEDED and reason.startswith("http"):
        urls, reason = (reason,), ""  # old gateways put the link there
    if urls and status is Status.UNKNOWN:
        status = Status.SUCCEEDED  # some have no word for it
    error = body.get("error") or mapping(body.get("data")).get("error")
    said = sentence(mapping(error).get("message")) or sentence(error)
    code = text(mapping(error).get("code"))
    return TaskReply(
        status=status,
        fraction=_fraction(body),
        urls=urls,
        reason=f"{said} ({code})" if said and code else said or reason or code,
        codes=all_codes(body),
        ahead=next((n for n in _at(body, _AHEAD_PLACES) if _is_count(n)), None),
        cost=cost_of(body),
    )


def read_source(body: Json) -> TaskReply:
    """Read asyncdata's `/source/ID` or `/api/share/ID`: the upscaled video comes first.

    Raises:
        JobError: as `read_task` does.
    """
    reply = read_task(body)
    status = reply.status
    if body.get("running") is True and status is Status.FAILED:
        status = Status.RUNNING  # it tries again by itself
    if body.get("running") is False and reply.urls and status is Status.RUNNING:
        status = Status.SUCCEEDED  # the word lags behind
    draft = dig(body, "content.draft_info.downloadable_url")
    better = [url for value in (body.get("upsample_video_url"), draft) for url in _urls(value)]
    urls = tuple(dict.fromkeys([*better, *reply.urls]))
    return replace(reply, status=status, urls=urls)


def _at(body: Json, places: tuple[str, ...]) -> Iterator[object]:
    for place in places:
        found = dig(body, place)
        if found is not None:
            yield found


def _urls(value: object) -> list[str]:
    found = text(value).strip()
    if found.startswith(("%5B", "%5b")):
        found = unquote(found)
    if found.startswith("["):
        return [url for item in items(parse(found)) for url in _urls(item)]
    return [found] if re.match(r"https?://", found) else []


def _fraction(body: Json) -> float | None:
    for value in _at(body, _PROGRESS_SHARE_PLACES):
        share = _number(value)
        if share is not None:
            return min(share if share <= 1 else share / 100, 1.0)
    for value in _at(body, _PROGRESS_PLACES):
        percent = _number(value)
        if percent is not None:
            return min(percent / 100, 1.0)
    return None


def _is_count(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _LARGEST


def _number(value: object) -> float | None:
    if isinstance(value, int | float) and not isinstance(value, bool):
        # Neither NaN nor a number of a thousand digits.
        return float(value) if 0 <= value <= _LARGEST else None
    found = re.match(r"\s*(\d{1,6}(?:\.\d{1,9})?)\d*\s*%?\s*$", text(value))
    return float(found[1]) if found else None
