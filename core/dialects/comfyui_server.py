"""What a ComfyUI server says of itself for free: its version and memory, and what it lacks.

Source: docs/gateways.md, "What comfyui answers".
"""

from collections.abc import Iterator
from urllib.parse import quote as percent_encode

import httpx

from core.catalog import Model
from core.catalog.workflow import Workflow
from core.dialects._http import Wire
from core.dialects._json import Json, dig, items, mapping, text
from core.dialects.endpoint import Endpoint

_GIGABYTE = 1e9
# What a node takes is told with every file that is installed.
_INFO_BYTES = 32_000_000


class ComfyServer:
    """A server that is asked; each kind of node once."""

    def __init__(self, endpoint: Endpoint, http: httpx.AsyncClient) -> None:
        self._wire = Wire(endpoint, http, look_bytes=_INFO_BYTES)
        self._known: dict[str, Json] = {}

    async def about(self) -> str:
        """Its version and the memory of its devices, in a sentence.

        Raises:
            JobError: nobody answers there.
        """
        stats = await self._wire.look("/system_stats")
        version = text(dig(stats, "system.comfyui_version")) or "of an unknown version"
        devices = map(mapping, items(stats.get("devices")))
        return "; ".join((f"ComfyUI {version}", *filter(None, map(_memory, devices))))

    async def lacks(self, model: Model) -> list[str]:
        """The nodes and files that a workflow names and that are not installed.

        Raises:
            JobError: it cannot be asked.
        """
        workflow = model.workflow
        if workflow is None:
            return []
        chosen = {workflow.place(name) for rule in model.fields.values() for name in rule.places}
        missing: dict[str, None] = {}
        for node, each in workflow.nodes.items():
            if not (info := await self._info(each.class_type)):
                missing[f"there is no node {each.class_type}"] = None
                continue
            missing |= dict.fromkeys(_absent(workflow, node, info, chosen))
        return list(missing)

    async def _info(self, kind: str) -> Json:
        if kind not in self._known:
            answer = await self._wire.look(f"/object_info/{percent_encode(kind, safe='')}")
            self._known[kind] = mapping(answer.get(kind))
        return self._known[kind]


def _memory(device: Json) -> str:
    free, whole = device.get("vram_free"), device.get("vram_total")
    if not isinstance(free, int | float) or not isinstance(whole, int | float):
        return ""
    name = text(device.get("name")) or "a device"
    sizes = f"{free / _GIGABYTE:.1f} of {whole / _GIGABYTE:.1f} GB"
    return f"{name}: {sizes} of memory free"


def _absent(
    workflow: Workflow, node: str, info: Json, chosen: set[tuple[str, str]]
) -> Iterator[str]:
    """Words that a node does not take, but for those that each request sets."""
    for name, value in workflow.nodes[node].inputs.items():
        known = _choices(info, name)
        if isinstance(value, str) and known and value not in known and (node, name) not in chosen:
            yield f"{name} has no {value}"


def _choices(info: Json, name: str) -> list[object]:
    """What an input can be, as old builds and as new ones tell it; empty for anything."""
    for group in ("required", "optional"):
        told = items(mapping(dig(info, f"input.{group}")).get(name))
        if told and (listed := items(told[0])):
            return listed
        if told and (listed := items(dig(told, "1.options"))):
            return listed
    return []
