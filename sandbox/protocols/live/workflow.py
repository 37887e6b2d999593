"""What a ComfyUI workflow asks for, found without any map: by the names of its inputs."""

import re
from collections.abc import Iterator, Mapping
from json import loads
from math import gcd
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError

from sandbox.orders.order import Kind, PaidOrder
from sandbox.orders.refusals import RefusalError, comfy_error, comfy_node_error

ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
OUTPUTS = re.compile(r"Save|Preview|VHS_VideoCombine")
WORDS = ("text", "prompt")
LENGTHS = ("length", "num_frames", "frames")
RATES = ("fps", "frame_rate")
SECONDS = 2
EXAMPLE = "example.png"


class _Node(BaseModel):
    model_config = ConfigDict(strict=True)

    class_type: str
    inputs: dict[str, object]


def _canonical(text: str | None) -> str | None:
    if text is not None and not ID.fullmatch(text):
        raise ValueError("prompt_id must be a valid UUID")
    return text


class ComfyBody(BaseModel):
    """A creation."""

    model_config = ConfigDict(strict=True)

    prompt: dict[str, _Node]
    prompt_id: Annotated[str | None, AfterValidator(_canonical)] = None
    client_id: str | None = None

    @property
    def output(self) -> str:
        """The node that saves, the last of them."""
        return [node for node, each in self.prompt.items() if OUTPUTS.match(each.class_type)][-1]

    @property
    def pictures(self) -> list[str]:
        """The names of all pictures that it loads."""
        loads_ = (node for node in self.prompt.values() if node.class_type == "LoadImage")
        return [str(node.inputs.get("image", "")) for node in loads_]


def parse_creation(raw: bytes) -> ComfyBody:
    """Understand a creation, or refuse it as the server does.

    Raises:
        ValueError: it is no workflow at all; the server stumbles over it.
        RefusalError: it is a wrong one.
    """
    prompt = loads(raw).get("prompt")
    if prompt is None:
        raise RefusalError(comfy_error(400, "no_prompt", "No prompt provided"))
    if {"nodes", "links"} <= prompt.keys():
        raise ValueError("as the editor saves it")
    try:
        body = ComfyBody.model_validate_json(raw)
    except ValidationError as error:
        place = error.errors()[0]["loc"]
        kind = "invalid_prompt_id" if place[0] == "prompt_id" else "missing_node_type"
        raise RefusalError(comfy_error(400, kind, error.errors()[0]["msg"])) from None
    if not any(OUTPUTS.match(node.class_type) for node in body.prompt.values()):
        raise RefusalError(comfy_error(400, "prompt_no_outputs", "Prompt has no outputs"))
    return body


def check_pictures(body: ComfyBody, known: Mapping[str, bytes]) -> tuple[bytes, ...]:
    """The bytes of all pictures that were uploaded.

    Raises:
        RefusalError: one is not there.
    """
    for name in body.pictures:
        if name not in known and name != EXAMPLE:
            wrong = comfy_node_error(
                "1",
                "custom_validation_failed",
                "Custom validation failed for node",
                f"image - Invalid image file: {name}",
            )
            failed = "prompt_outputs_failed_validation"
            raise RefusalError(comfy_error(400, failed, "Prompt outputs failed", **wrong))
    return tuple(known[name] for name in body.pictures if name in known)


def order_of(body: ComfyBody, images: int, *, is_new: bool) -> PaidOrder:
    """What it makes. A second one under the same id is an order of its own."""
    sides = (_number(body, ("width",)), _number(body, ("height",)))
    width, height = (int(side) if side else 16 for side in sides)
    shared = gcd(width, height)
    order = PaidOrder(
        kind=Kind.COMFYUI,
        model="comfyui",
        prompt=next(_texts(body), "(a workflow)"),
        ratio=f"{width // shared}:{height // shared}",
        seconds=_seconds(body),
        images=images,
        picture=body.prompt[body.output].class_type in {"SaveImage", "PreviewImage"},
        source="" if is_new else str(body.prompt_id),
    )
    own = body.prompt_id if is_new else None
    return order.model_copy(update={"id": UUID(own).hex}) if own else order


def _texts(body: ComfyBody) -> Iterator[str]:
    for node in body.prompt.values():
        for name in WORDS:
            if isinstance(text := node.inputs.get(name), str):
                yield text


def _number(body: ComfyBody, names: tuple[str, ...]) -> float | None:
    found = (node.inputs.get(name) for node in body.prompt.values() for name in names)
    return next((float(each) for each in found if isinstance(each, int | float)), None)


def _seconds(body: ComfyBody) -> int:
    length, rate = _number(body, LENGTHS), _number(body, RATES)
    return max(round(length / rate), 1) if length and rate else SECONDS
