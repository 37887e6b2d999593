"""What pydantic objects to in a variable or a catalog file, in plain words for the operator."""

import re
from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

import httpx
from pydantic import ValidationError
from pydantic_core import ErrorDetails

# The ledger counts thousandths, and every database can write down 31 bits of them.
MOST_CREDITS = 2_000_000
"""The most that one order may cost, a limit be, or somebody be given or sold at once."""

_WHOLE_NUMBER = "must be a whole number"
_NUMBER = "must be a number"
_SWITCH = "must be true or false"
_LIST = "must be a list, in square brackets"
_TABLE = "must be a table, in braces"
_SENTENCES: Mapping[str, str] = {
    "bool_parsing": _SWITCH,
    "bool_type": _SWITCH,
    "dict_type": _TABLE,
    "enum": "must be {expected}",
    "extra_forbidden": "is unknown",
    "finite_number": _NUMBER,
    "float_parsing": _NUMBER,
    "float_type": _NUMBER,
    "greater_than": "must be more than {gt}",
    "greater_than_equal": "must be at least {ge}",
    "int_from_float": _WHOLE_NUMBER,
    "int_parsing": _WHOLE_NUMBER,
    "int_parsing_size": "is too large",
    "int_type": _WHOLE_NUMBER,
    "less_than_equal": "must be at most {le}",
    "list_type": _LIST,
    "literal_error": "must be {expected}",
    "missing": "is missing",
    "model_type": _TABLE,
    "string_pattern_mismatch": "has the wrong form; it must match {pattern}",
    "string_too_long": "is too long; the limit is {max_length} characters",
    "string_type": "must be text, in quotation marks",
    "tuple_type": _LIST,
    "value_error": "{error}",
}
_SHAPES = frozenset({"dict_type", "list_type", "model_type", "tuple_type"})
# Where a field may have several types, pydantic puts the type that it tried into the place.
_STEP = re.compile(r"[a-z0-9_]+")


def objections(error: ValidationError) -> list[tuple[str, str]]:
    """What is wrong, of each field once: where ("images.max"; "" for the whole), and a sentence.

    None repeats the wrong value.
    """
    fields: dict[str, list[ErrorDetails]] = {}
    for each in error.errors(include_url=False, include_input=False):
        fields.setdefault(str(next(iter(each["loc"]), "")), []).append(each)
    return [_objection(found) for found in fields.values()]


def objection(error: ValueError) -> str:
    """What is wrong with a row, for the log: of what pydantic has read, none of the values."""
    if not isinstance(error, ValidationError):
        return str(error)
    return "; ".join(f"{place}: {wrong}" for place, wrong in objections(error))


def _objection(found: Sequence[ErrorDetails]) -> tuple[str, str]:
    # Of the types that a field may have, the one that was meant is understood the farthest.
    deepest = max(found, key=lambda each: (len(each["loc"]), each["type"] not in _SHAPES))
    steps = [str(step) for step in deepest["loc"]]
    return ".".join(step for step in steps if _STEP.fullmatch(step)), _sentence(deepest)


def check_address(text: str) -> str:
    """An address as it was given, without blanks around it.

    Raises:
        ValueError: it is no address of http or https.
    """
    try:
        parts = urlsplit(text.strip())
        is_address = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        is_address = False
    if not is_address:
        raise ValueError("must be an address that starts with http:// or https://")
    return text.strip()


def normal_address(text: str) -> str:
    """An address as browsers write it: in small letters, the host in ASCII, no usual port.

    Raises:
        ValueError: there can be no such host, or nothing can be below that address.
    """
    try:
        # Twice: what the usual port is, is known once the scheme is in small letters.
        url = httpx.URL(str(httpx.URL(text)))
    except httpx.InvalidURL as error:
        raise ValueError("must be an address with the name of a host that there can be") from error
    # What stands behind it would be no path any more; a cookie takes no semicolon in its own.
    if url.userinfo or any(sign in str(url) for sign in "?#;"):
        raise ValueError("must be an address without a name to log in, and without ?, # and ;")
    return str(url)


def _word(value: object) -> str:
    is_whole = isinstance(value, float) and value.is_integer()
    return f"{value:.0f}" if is_whole else str(value).replace("'", "")


def _sentence(found: ErrorDetails) -> str:
    words = {name: _word(value) for name, value in found.get("ctx", {}).items()}
    sentence = _SENTENCES.get(found["type"])
    return sentence.format(**words) if sentence else found["msg"]
