"""Reads a folder of ComfyUI workflows: beside each `name.json` a `name.toml` says what it can do.

Source: docs/gateways.md, "Workflows and their maps".
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from pydantic import ValidationError

from core.catalog.toml_file import Entry, read_toml
from core.catalog.workflow import Workflow
from core.errors import CatalogError
from core.validation import objections

GATEWAY = "comfyui"
DIALECT = "comfyui"

# A machine at home takes its time, and has a queue.
_DEFAULTS: Entry = {
    "gateway": GATEWAY,
    "dialect": DIALECT,
    "credits": 0,
    "expected_seconds": 300,
    "deadline_seconds": 3600,
}
_SEEDS = ("seed", "noise_seed")


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkflowPair:
    """A stanza with its workflow; `wrong` are sentences, each naming file and field."""

    file: Path
    entry: Entry
    wrong: tuple[str, ...]


def workflow_maps(folder: Path) -> list[Path]:
    """The maps in a folder, by name.

    Raises:
        CatalogError: it is no folder that can be read.
    """
    try:
        files = sorted(folder.iterdir())
    except OSError as error:
        raise CatalogError(f"COMFYUI_WORKFLOWS: {folder}: {error.strerror}") from error
    return [file for file in files if file.suffix == ".toml"]


def read_pair(file: Path) -> WorkflowPair:
    """Read a map and the workflow beside it.

    Raises:
        CatalogError: one of the two cannot be read at all.
    """
    said = {**_DEFAULTS, "name": file.stem, **_stanza(file)}
    fields = said.get("fields")
    given = dict(cast("Entry", fields)) if isinstance(fields, dict) else {}
    inside = given.pop("output", None)
    output = said.pop("output", inside)
    workflow = _workflow(file.with_suffix(".json"), output)
    entry = {**said, "gateway": GATEWAY, "dialect": DIALECT, "fields": given, "workflow": workflow}
    found = [*_mistakes(entry, workflow)]
    if (said["gateway"], said["dialect"]) != (GATEWAY, DIALECT):
        found.append(("gateway", "a workflow has its own gateway and dialect; leave both out"))
    wrong = (f"{file}: field {field}: {what}" for field, what in found)
    return WorkflowPair(file=file, entry=entry, wrong=tuple(wrong))


def _stanza(file: Path) -> Entry:
    # Notepad begins a file with a byte order mark.
    said = read_toml(file, encoding="utf-8-sig")
    # As in a catalog file, which is what a stanza may be copied from.
    match said:
        case {"model": [{**stanza}], **rest} if not rest:
            return cast("Entry", stanza)
        case _:
            return said


def _workflow(file: Path, output: object) -> Workflow:
    try:
        nodes = cast("object", json.loads(file.read_text(encoding="utf-8-sig")))
    except FileNotFoundError as error:
        missing = f"{file}: is missing; it is the workflow that {file.stem}.toml is about"
        raise CatalogError(missing) from error
    except OSError as error:
        raise CatalogError(f"{file}: cannot be read: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise CatalogError(f"{file}: is not JSON: {error}") from error
    if isinstance(nodes, dict) and {"nodes", "links"} <= nodes.keys():
        raise CatalogError(
            f"{file}: is as the editor saves it; export it with Workflow > Export (API)"
        )
    try:
        return Workflow.model_validate({"nodes": nodes, "output": output or ""})
    except ValidationError as error:
        place, what = next(iter(objections(error)))
        raise CatalogError(f"{file}: is no workflow in API format: {place}: {what}") from error


def _mistakes(entry: Entry, workflow: Workflow) -> Iterator[tuple[str, str]]:
    """What the map says of this workflow and is not so; all else its stanza's schema finds."""
    fields = cast("Entry", entry["fields"])
    try:
        workflow.node(workflow.output)
    except ValueError as error:
        yield "output", str(error) if workflow.output else "say which node has the result"
    constants = entry.get("constants")
    named = [
        (f"fields.{option}", each) for option, rule in fields.items() for each in _names(rule)
    ]
    named += [(f"constants.{n}", n) for n in constants] if isinstance(constants, dict) else []  # pyright: ignore[reportUnknownVariableType]
    for field, name in named:
        try:
            workflow.place(name)
        except ValueError as error:
            yield field, str(error)
    yield from _forgotten(entry, workflow)


def _forgotten(entry: Entry, workflow: Workflow) -> Iterator[tuple[str, str]]:
    """What would be left as it stands in the file although people think that they choose it."""
    fields = cast("Entry", entry["fields"])
    # An unchanged workflow is not run: its last result is handed out again.
    seeds = [
        f"{node}.{name}"
        for node, each in workflow.nodes.items()
        for name in _SEEDS
        if isinstance(each.inputs.get(name), int)
    ]
    if seeds and "seed" not in fields:
        yield "fields.seed", f"is missing; it could be {' or '.join(seeds)}"
    images = entry.get("images", {})
    pictures = cast("Entry", images) if isinstance(images, dict) else {}
    least, most = pictures.get("min", 0), pictures.get("max", 0)
    if least != most:
        yield "images", "min and max must be the same: an input left out keeps its old picture"
    frames = len({"first_frame", "last_frame"} & fields.keys())
    places = frames + len(_names(fields.get("references")))
    if most != places:
        yield "images", f"max is {most}, but fields has places for {places}"


def _names(rule: object) -> list[str]:
    """The places that a rule names, in whichever of its forms."""
    if isinstance(rule, dict):
        table = cast("Entry", rule)
        return _names(table.get("name")) + _names(table.get("also"))
    listed = cast("list[object]", rule) if isinstance(rule, list) else [rule]
    return [each for each in listed if isinstance(each, str)]
