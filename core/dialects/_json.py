"""Reads JSON of which nothing is known."""

import json
from collections.abc import Iterator, Mapping
from typing import cast

Json = Mapping[str, object]


def parse(text: str | bytes) -> object:
    """JSON, or None when it is none."""
    try:
        return cast("object", json.loads(text))
    except (ValueError, RecursionError):
        return None


def document(text: str | bytes) -> Json:
    """The JSON object that a text is, else an empty one; some wrap theirs in a list."""
    value = parse(text)
    return mapping(next(iter(items(value)), value))


def mapping(value: object) -> Json:
    """The value if it is an object, else an empty one."""
    return cast("Json", value) if isinstance(value, Mapping) else {}


def items(value: object) -> list[object]:
    """The value if it is a list, else an empty one."""
    return cast("list[object]", value) if isinstance(value, list) else []


def text(value: object) -> str:
    """The value if it is a string, else ""."""
    return value if isinstance(value, str) else ""


def sentence(value: object) -> str:
    """The value if it says something, else "": some programs write out their word for nothing."""
    said = text(value).strip()
    return "" if said in ("None", "null", "undefined") else said


def dig(value: object, path: str) -> object:
    """The value at a path like "data.outputs.0"; None if there is none."""
    for step in path.split("."):
        if step.isdigit():
            row = items(value)
            value = row[int(step)] if int(step) < len(row) else None
        else:
            value = mapping(value).get(step)
    return value


def texts(value: object, path: str) -> tuple[str, ...]:
    """All strings at such a path as `each` takes that are not empty."""
    return tuple(filter(None, map(text, each(value, path))))


def each(value: object, path: str) -> Iterator[object]:
    """All values at a path in which `*` stands for whatever is in a list or an object."""
    step, _, rest = path.partition(".")
    if not step:
        yield value
    elif step == "*":
        for inner in (*items(value), *mapping(value).values()):
            yield from each(inner, rest)
    elif (inner := dig(value, step)) is not None:
        yield from each(inner, rest)
