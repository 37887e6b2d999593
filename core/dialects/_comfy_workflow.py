"""Fills a ComfyUI workflow in, as the map of its model says.

Source: docs/gateways.md, "Workflows and their maps".
"""

import random
from collections.abc import Mapping, Sequence
from typing import cast

from core.catalog import Model
from core.catalog.fields import FieldRule
from core.catalog.workflow import Workflow
from core.dialects._fields import said_of
from core.dialects._json import Json
from core.media import MediaRequest

_SEEDS = 2**32
# Encoders refuse odd sides, and only when all has been rendered.
_SIDES = frozenset({"width", "height"})


def filled_in(model: Model, request: MediaRequest, pictures: Sequence[str]) -> Json:
    """A workflow of its own for this request; `pictures` are names of uploads.

    It always has a new seed where none is asked for: of an unchanged workflow the server would
    hand out the last result again.
    """
    workflow = model.workflow
    if workflow is None:
        raise ValueError("a model of ComfyUI without a workflow")
    inputs = {node: dict(each.inputs) for node, each in workflow.nodes.items()}
    for name, value in model.constants.items():
        _put(inputs, workflow, name, value)
    said: Mapping[str, object] = {
        "seed": random.randrange(_SEEDS),  # noqa: S311 - chooses a picture
        **said_of(model, request, pictures),
    }
    for option, rule in model.fields.items():
        if option in said:
            for name, value in _spread(rule, said[option]):
                even = _even(value) if option in _SIDES else value
                _put(inputs, workflow, name, even)
    return {
        node: {
            "class_type": each.class_type,
            "inputs": inputs[node],
            "_meta": {"title": each.meta.title},
        }
        for node, each in workflow.nodes.items()
    }


def _spread(rule: FieldRule, value: object) -> list[tuple[str, object]]:
    """Each place with its value: the same for all, or of several pictures the next one."""
    said = rule.said(value)
    if isinstance(said, list):
        return list(zip(rule.places, cast("list[object]", said), strict=False))
    return [(place, said) for place in rule.places]


def _even(value: object) -> object:
    return value + value % 2 if isinstance(value, int) else value


def _put(
    inputs: Mapping[str, dict[str, object]], workflow: Workflow, name: str, value: object
) -> None:
    node, given = workflow.place(name)
    inputs[node][given] = value
