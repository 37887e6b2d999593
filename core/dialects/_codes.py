"""The codes in an answer, each named after the shape that it stands in. All pure.

Source: docs/gateways.md, "Error envelopes", "Codes of refusal".
Gateways give the same number to opposite things (1004 is a wrong key at one, 1002 is a rate there
and a key elsewhere), and no answer says whose it is: only its shape does.
"""

import re
from collections.abc import Iterator, Mapping

from core.dialects._json import Json, each, mapping, text

# A sentence is none: it may quote the prompt.
_CODE = re.compile(r"[\w.:-]{1,100}")
_NUMBER_AT_END = re.compile(r"\((\d{4})\)\W*$")
_LEAST_NUMBER = 1000

# Only these decide about money, see `_billing`; what is named here can be meant by nobody else.
_OWN_PLACES = ("error.code", "error.type", "error.status", "code")
_BASE_RESP = "base_resp:{}"
_OWN_NAMED = (("base_resp.status_code", _BASE_RESP),)

# Where else a code stands, and what it is called. Without `{}` its mere presence says it.
_NAMED = (
    ("detail.*.type", "type:{}"),
    ("error_type", "type:{}"),
    ("node_errors.*.errors.*.type", "node:{}"),
    ("task.error.code", _BASE_RESP),
    ("error.metadata.reasons.*", "flagged"),
    ("promptFeedback.blockReason", "blocked"),
    ("candidates.*.finishReason", "finish:{}"),
    ("error.details.*.reason", "{}"),
    ("output.code", "{}"),
    ("data.error.code", "{}"),
    ("data.data.error.code", "{}"),
    ("failureCode", "{}"),
    ("failure_code", "{}"),
)
_HEADERS = ("x-fal-error-type", "x-comfy-error-type")


def codes_of(body: Json) -> frozenset[str]:
    """The codes of an answer that have a field of their own, and may decide about money."""
    plain = (code for place in _OWN_PLACES for code in _read(body, place, "{}", words_only=True))
    named = (code for place, name in _OWN_NAMED for code in _read(body, place, name))
    return frozenset((*plain, *named))


def all_codes(body: Json, headers: Mapping[str, str] | None = None) -> frozenset[str]:
    """All codes of an answer, which choose the sentence that a person reads."""
    named = (code for place, name in _NAMED for code in _read(body, place, name))
    told = (f"type:{said}" for name in _HEADERS if (said := (headers or {}).get(name)))
    return codes_of(body) | {code for code in (*named, *told, *_by_shape(body)) if is_code(code)}


def is_code(said: str) -> bool:
    return _CODE.fullmatch(said) is not None


def _read(body: Json, place: str, name: str, *, words_only: bool = False) -> Iterator[str]:
    for value in each(body, place):
        number = isinstance(value, int) and not isinstance(value, bool) and not words_only
        said = str(value) if number else text(value)
        if is_code(said):
            yield name.format(said)


def _by_shape(body: Json) -> Iterator[str]:
    """What several fields together name."""
    error, number = mapping(body.get("error")), body.get("code")
    if "node_errors" in body:
        yield f"node:{text(error.get('type'))}"
    if "http_code" in error and (found := _NUMBER_AT_END.search(text(error.get("message")))):
        yield _BASE_RESP.format(found[1])
    if "request_id" in body and isinstance(number, int) and number >= _LEAST_NUMBER:
        yield f"request:{number}"
