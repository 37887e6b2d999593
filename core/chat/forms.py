"""Answers that have a form: how it is told to a model, and how what comes is read. All pure."""

from collections.abc import Mapping, Sequence
from typing import TypeVar, cast

from pydantic import BaseModel, ValidationError

from core.talk import Schema

T = TypeVar("T", bound=BaseModel)
Json = Mapping[str, object]

# What gateways refuse in a schema (lengths, patterns) is checked when the answer is read.
_TOLD = ("type", "enum", "anyOf")


def schema_of(form: type[BaseModel], allowed: Mapping[str, Sequence[str | int]]) -> Schema:
    """The form as every gateway takes it: each field required, none beside them, no references.

    Args:
        form: the model that the answer becomes.
        allowed: the values of the fields between which there is something to choose, or null;
            a field without any is left out.
    """
    whole = cast("Json", form.model_json_schema())
    known = cast("Mapping[str, Json]", whole.get("$defs", {}))
    return Schema(name=form.__name__.lower(), schema=_strict(whole, known, allowed))


def read_form(form: type[T], text: str) -> T | None:
    """The value that an answer is; None where it is none, or broken off.

    What stands around the JSON, as a fence does, is passed over, and so are unknown fields.
    """
    try:
        return form.model_validate_json(text[text.find("{") : text.rfind("}") + 1])
    except ValidationError:
        return None


def _strict(
    schema: Json, known: Mapping[str, Json], allowed: Mapping[str, Sequence[str | int]]
) -> Json:
    if reference := schema.get("$ref"):
        return _strict(known[str(reference).rpartition("/")[2]], known, allowed)
    told = {name: value for name, value in schema.items() if name in _TOLD}
    match schema.get("type"):
        case "object":
            fields = cast("Mapping[str, Json]", schema.get("properties", {}))
            properties = {
                name: _chosen(allowed[name]) if name in allowed else _strict(field, known, allowed)
                for name, field in fields.items()
                if allowed.get(name) != ()
            }
            required = list(properties)
            told |= {"properties": properties, "required": required, "additionalProperties": False}
        case "array":
            told["items"] = _strict(cast("Json", schema["items"]), known, allowed)
        case _:
            pass
    return told


def _chosen(values: Sequence[str | int]) -> Json:
    kind = "integer" if isinstance(values[0], int) else "string"
    return {"type": [kind, "null"], "enum": [*values, None]}
