"""Reads a gateway's refusal, whatever its envelope, and says what kind of failure it is.

Source: docs/gateways.md, "Faults and how they are told apart", "Moderation".
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from core.dialects._json import Json, items, mapping, parse, text
from core.errors import Fault, FaultKind, JobError
from core.redact import quote

# A filter in front of the work answers at once, one behind it only when something was made;
# gateways seldom say which it was, but people need to know what to change.
_EARLY_SECONDS = 15
_LATE_FRACTION = 0.8
# Regular expressions run over it.
_LONGEST_MESSAGE = 20_000
_FIRST_REDIRECT = 300
_FIRST_ERROR = 400
_FIRST_SERVER_ERROR = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """What tells the stages of moderation apart.

    Attributes:
        fraction: how far the task had come, in 0..1.
        seconds: how long after its creation it failed; 0 for an answer to the creation itself.
    """

    has_images: bool = False
    fraction: float | None = None
    seconds: float = 0.0


_MODERATION = re.compile(
    r"违反|违规|审核(?:未通过|不通过|失败)|敏感词|写实人物|未成年|包含名人|violat|guardrail"
    r"|moderation|content[_ ]polic|PUBLIC_ERROR_[A-Z_]+|sentinel_block|sensitive_words"
    r"|prompt_blocked|SensitiveContent|prohibited_content"
    r"|could not generate \d+ videos based on the prompt",
    re.IGNORECASE,
)
_IMAGE_AT_FAULT = re.compile(r"InputImage|图片|写实人物|\bimages?\b|\bface", re.IGNORECASE)
_OUTPUT_AT_FAULT = re.compile(
    r"output|输出|AUDIO_FILTERED|生成结果|generated (?:video|content)", re.IGNORECASE
)
_EITHER_AT_FAULT = re.compile(
    r"(?:输入|input).{0,20}(?:或|\bor\b).{0,20}(?:输出|output)", re.IGNORECASE
)

_QUOTA = (
    r"额度(?:已用尽|不足|失败)|预扣费|余额不足|TokenStatusExhausted|insufficient_user_quota"
    r"|pre_consume_token_quota|insufficient.{0,20}(?:quota|balance|credit)|AccountOverdue"
    r"|\bQuotaExceeded\b"
)
_AUTH = (
    r"无效的令牌|未提供令牌|令牌已过期|令牌状态不可用|invalid (?:token|api.?key)"
    r"|incorrect api.?key|AuthenticationError"
)
_POOL_EMPTY = r"可用渠道失败|no_available_key"
_UNSUPPORTED = (
    r"supported values are|invalid_size|size is invalid|unsupported (?:param|value)"
    r"|\bparameter\b.{1,80}\bnot (?:valid|supported)"
)
_GONE = (
    r"model_not_found|无可用渠道|no longer available|model not found|not supported|已下线"
    r"|ModelNotOpen|InvalidEndpointOrModel|temporarily paused"
)
_BAD_REQUEST = r"\binvalid_request\b|invalid_json|missing_model|\b(?:Invalid|Missing)Parameter"
_OVERLOADED = r"负载已饱和|上游分组已满|heavy_load|cf_shield_429|overloaded|稍后再试"

_RULES: tuple[tuple[FaultKind, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(pattern, re.IGNORECASE))
    for kind, pattern in (
        (FaultKind.QUOTA, _QUOTA),
        (FaultKind.AUTH, _AUTH),
        (FaultKind.PERMISSION, r"无权访问|AccessDenied"),
        # Before _GONE: a pool that is empty for the moment has both texts nearly alike.
        (FaultKind.OVERLOADED, _POOL_EMPTY),
        (FaultKind.UNSUPPORTED_PARAM, _UNSUPPORTED),
        (FaultKind.MODEL_GONE, _GONE),
        (FaultKind.OVERLOADED, _OVERLOADED),
        (FaultKind.RATE_LIMITED, r"请求数限制|rate.?limit"),
        (FaultKind.MISCONFIGURED, r"invalid url \(|api_not_implemented"),
        (FaultKind.EXPIRED, r"task_not_exist|task not found|ResourceNotFound"),
        (FaultKind.BAD_REQUEST, _BAD_REQUEST),
    )
)

_STATUSES = {
    400: FaultKind.BAD_REQUEST,
    401: FaultKind.AUTH,
    402: FaultKind.QUOTA,
    403: FaultKind.PERMISSION,
    404: FaultKind.MISCONFIGURED,
    405: FaultKind.MISCONFIGURED,
    408: FaultKind.TIMEOUT,
    413: FaultKind.TOO_LARGE,
    429: FaultKind.RATE_LIMITED,
    501: FaultKind.MISCONFIGURED,
    504: FaultKind.TIMEOUT,
    522: FaultKind.TIMEOUT,
    524: FaultKind.TIMEOUT,
}

_JSON = json.JSONDecoder()
_REQUEST_ID = re.compile(r"\s*[（(]?request[ _]id:?\s*([\w.-]{6,80})[)）]?", re.IGNORECASE)


def classify(
    message: str, status: int | None = None, circumstances: Circumstances | None = None
) -> FaultKind:
    """Say what a refusal means. The message beats the status: moderation comes as any of them."""
    if _MODERATION.search(message):
        return _moderation_stage(message, circumstances or Circumstances())
    for kind, pattern in _RULES:
        if pattern.search(message):
            return kind
    if status is None or status < _FIRST_REDIRECT:
        return FaultKind.UNKNOWN
    if status < _FIRST_ERROR:
        return FaultKind.MISCONFIGURED
    other = FaultKind.UPSTREAM if status >= _FIRST_SERVER_ERROR else FaultKind.BAD_REQUEST
    return _STATUSES.get(status, other)


def _moderation_stage(message: str, circumstances: Circumstances) -> FaultKind:
    if "InputText" in message:
        return FaultKind.MODERATION_PROMPT
    if "InputImage" in message or (circumstances.has_images and _IMAGE_AT_FAULT.search(message)):
        return FaultKind.MODERATION_INPUT_IMAGE
    late = (circumstances.fraction or 0) >= _LATE_FRACTION
    output = _OUTPUT_AT_FAULT.search(message) and not _EITHER_AT_FAULT.search(message)
    if late or circumstances.seconds >= _EARLY_SECONDS or output:
        return FaultKind.MODERATION_OUTPUT
    return FaultKind.MODERATION_PROMPT


def message_of(body: Json) -> str:
    """Find the human sentence in any of the error envelopes; "" when there is none."""
    found = _outer_message(body)
    return _outer_message(_quoted_body(found)) or found


def _quoted_body(message: str) -> Json:
    """Give the answer of somebody farther behind, where a message quotes it as JSON."""
    start = message.find("{")
    try:
        return mapping(_JSON.raw_decode(message, start)[0]) if start >= 0 else {}
    except (ValueError, RecursionError):
        return {}


def _outer_message(body: Json) -> str:
    error = body.get("error")
    inner = mapping(error).get("message") or error
    for candidate in (inner, *map(body.get, ("message", "msg", "fail_reason", "detail"))):
        if text(candidate).strip():
            return text(candidate)
        if lines := [_complaint(mapping(item)) for item in items(candidate)]:
            return "; ".join(filter(None, lines))
    return ""


def _complaint(item: Json) -> str:
    """One line of a FastAPI backend's `detail`."""
    place = ".".join(str(step) for step in items(item.get("loc")))
    return ": ".join(filter(None, (place, text(item.get("msg")))))


def _codes_of(body: Json) -> str:
    error = mapping(body.get("error"))
    codes = (error.get("code"), error.get("type"), error.get("status"), body.get("code"))
    return " ".join(code for code in codes if isinstance(code, str))


def is_refusal(body: Json) -> bool:
    """Whether a 2xx body is an error all the same: a refusal under status 200."""
    if body.get("error") or body.get("success") is False:
        return True
    # New-api relays answer 200 with a code of their own; 10000 is one family's "success".
    code = body.get("code")
    if isinstance(code, int):
        return code not in (0, 200, 10000)
    return text(code).casefold() not in ("", "success", "0", "200")


def refuse(body: Json, circumstances: Circumstances) -> None:
    """Raise when a 2xx answer is an error all the same."""
    if is_refusal(body):
        raise JobError(
            known_fault(body, 200, or_else=FaultKind.UPSTREAM, circumstances=circumstances)
        )


def is_html(body: str) -> bool:
    return body.lstrip("\ufeff \t\r\n").startswith("<")


def fault_of(
    body: str | Json,
    status: int | None = None,
    *,
    headers: Mapping[str, str] | None = None,
    circumstances: Circumstances | None = None,
) -> Fault:
    """Turn a refusing answer into a Fault. HTML is never shown, only recognised."""
    raw = body if isinstance(body, str) else ""
    data = mapping(parse(body) if isinstance(body, str) else body)
    outer = _outer_message(data)
    message = "" if is_html(raw) else message_of(data) or ("" if data else raw)
    message = message[:_LONGEST_MESSAGE]
    codes = f"{_codes_of(data)} {_codes_of(_quoted_body(outer))}"
    kind = classify(f"{message} {codes}", status, circumstances)
    if is_html(raw) and (status is None or status < _FIRST_ERROR):
        kind = FaultKind.MISCONFIGURED
    return Fault(
        kind=kind,
        reason=quote(_REQUEST_ID.sub("", message)),
        http_status=status,
        request_id=_request_id(f"{message} {outer}", headers or {}),
    )


def known_fault(
    body: str | Json,
    status: int,
    *,
    or_else: FaultKind,
    circumstances: Circumstances,
) -> Fault:
    """Turn a refusal into a Fault that is `or_else` where nothing tells what it is."""
    fault = fault_of(body, status, circumstances=circumstances)
    return replace(fault, kind=or_else) if fault.kind is FaultKind.UNKNOWN else fault


def _request_id(message: str, headers: Mapping[str, str]) -> str:
    named = _REQUEST_ID.search(message)
    given = headers.get("x-oneapi-request-id") or headers.get("x-request-id", "")
    return named[1] if named else quote(given, 80)
