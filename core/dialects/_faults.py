"""Reads a gateway's refusal, whatever its envelope, and says what kind of failure it is.

Source: docs/gateways.md, "Faults and how they are told apart", "Moderation".
"""

import json
import re
from collections.abc import Mapping
from dataclasses import replace

from core.dialects._billing import Inside
from core.dialects._codes import all_codes, codes_of
from core.dialects._echo import without
from core.dialects._json import Json, dig, document, each, items, mapping, sentence, text
from core.dialects._vocabulary import Circumstances, classify
from core.errors import Fault, FaultKind, JobError
from core.redact import quote

# Where the human sentence stands, the most telling place first.
_SENTENCES = (
    "error.message",
    "error",
    "message",
    "msg",
    "fail_reason",
    "detail",
    "base_resp.status_msg",
    "output.message",
    "task.error.message",
    "data.task_status_msg",
    "failure",
    "promptFeedback.blockReasonMessage",
    "response.raiMediaFilteredReasons.0",
    "response.generateVideoResponse.raiMediaFilteredReasons.0",
)
# 0 is a success.
_BASE_RESP = "base_resp.status_code"
_JSON = json.JSONDecoder()
# Regular expressions run over it.
_LONGEST_MESSAGE = 20_000
_FIRST_ERROR = 400
_STATUS = re.compile(r"[45]\d\d")
_CODE_IN_WORDS = re.compile(r"\bPUBLIC_ERROR_\w{1,80}")
_REQUEST_ID = re.compile(r"\s*[（(]?request[ _]id:?\s*([\w.-]{6,80})[)）]?", re.IGNORECASE)


def message_of(body: Json) -> str:
    """Find the human sentence in any of the error envelopes; "" when there is none."""
    found = _told(body)
    return _outer_message(_quoted_body(found)) or found


def _quoted_body(message: str) -> Json:
    """Give the answer of somebody farther behind, where a message quotes it as JSON."""
    start = message.find("{")
    try:
        return mapping(_JSON.raw_decode(message, start)[0]) if start >= 0 else {}
    except (ValueError, RecursionError):
        return {}


def _outer_message(body: Json) -> str:
    return next((said for place in _SENTENCES for said in [_said(body, place)] if said), "")


def _said(body: Json, place: str) -> str:
    """The sentence at a place, or the lines of a FastAPI backend's `detail`."""
    found = dig(body, place)
    if said := sentence(found):
        return said
    return "; ".join(filter(None, (_complaint(mapping(item)) for item in items(found))))


def _complaint(item: Json) -> str:
    place = ".".join(str(step) for step in items(item.get("loc")))
    return ": ".join(filter(None, (place, text(item.get("msg")))))


def _told(body: Json) -> str:
    """The sentence, and what stands beside it: the maker's own words, or what is wrong where."""
    wrong = map(mapping, each(body, "node_errors.*.errors.*"))
    lines = (f"{text(one.get('message'))}: {text(one.get('details'))}" for one in wrong)
    raw = sentence(dig(body, "error.metadata.raw"))
    return "; ".join(filter(None, (_outer_message(body), raw, *lines)))


def inside(body: Json, prompt: str = "") -> Inside:
    """What an error inside a good answer says beside its sentence."""
    said = without(_outer_message(body), prompt)
    quoted = codes_of(_quoted_body(said))
    told = mapping(body.get("error")).get("status_code")
    return Inside(
        status=status_inside(body),
        pool_status=told if isinstance(told, int) else None,
        codes=codes_of(body) | quoted | frozenset(_CODE_IN_WORDS.findall(said)),
    )


def status_inside(body: Json) -> int | None:
    """The HTTP status that a good answer quotes of a bad one; None where it quotes none."""
    error = mapping(body.get("error"))
    told = (error.get("status_code"), error.get("code"), body.get("code"))
    found = (str(each) for each in told if isinstance(each, int | str))
    return next((int(each) for each in found if _STATUS.fullmatch(each)), None)


def is_refusal(body: Json) -> bool:
    """Whether a 2xx body is an error all the same: a refusal under status 200."""
    if body.get("error") or body.get("success") is False or dig(body, _BASE_RESP):
        return True
    # New-api relays answer 200 with a code of their own; 10000 is one family's "success".
    code = body.get("code")
    if isinstance(code, int):
        return code not in (0, 200, 10000)
    return text(code).casefold() not in ("", "success", "0", "200")


def refuse(body: Json, circumstances: Circumstances) -> None:
    """Raise when a 2xx answer is an error all the same."""
    if is_refusal(body):
        fault = known_fault(body, or_else=FaultKind.UPSTREAM, circumstances=circumstances)
        billed = not inside(body, circumstances.prompt).is_refusal
        raise JobError(replace(fault, maybe_billed=billed))


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
    data = document(body) if isinstance(body, str) else body
    outer = _told(data)
    said = "" if is_html(raw) else (outer or ("" if data else raw))[:_LONGEST_MESSAGE]
    # A prompt that holds an answer of somebody farther behind is none.
    judged = without(said, circumstances.prompt if circumstances else "")
    quoted = _quoted_body(judged)
    message = _outer_message(_quoted_body(said)) if quoted else ""
    codes = all_codes(data, headers) | all_codes(quoted)
    kind = classify(message or said, status, circumstances, codes=codes)
    if is_html(raw) and (status is None or status < _FIRST_ERROR):
        kind = FaultKind.MISCONFIGURED
    return Fault(
        kind=kind,
        reason=quote(_REQUEST_ID.sub("", message or said)),
        http_status=status,
        request_id=_request_id(f"{message} {said}", headers or {}),
    )


def known_fault(body: str | Json, *, or_else: FaultKind, circumstances: Circumstances) -> Fault:
    """Read a refusal under status 200; it is `or_else` where nothing tells what it is."""
    status = status_inside(body) if not isinstance(body, str) else None
    fault = replace(fault_of(body, status, circumstances=circumstances), http_status=200)
    return replace(fault, kind=or_else) if fault.kind is FaultKind.UNKNOWN else fault


def _request_id(message: str, headers: Mapping[str, str]) -> str:
    named = _REQUEST_ID.search(message)
    given = headers.get("x-oneapi-request-id") or headers.get("x-request-id", "")
    return named[1] if named else quote(given, 80)
