"""Brings pictures to a ComfyUI server, which takes them in no other way.

Source: docs/gateways.md, "Pictures for comfyui".
"""

import asyncio
import hashlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import PurePath

from core.dialects._http import FilePart, MultipartForm, Wire
from core.dialects._images import file_parts
from core.dialects._json import text
from core.errors import Fault, FaultKind, JobError
from core.media import Asset

_ATTEMPTS = 3
_FOLDER = "cliprelay"
_PASSES = frozenset({FaultKind.NETWORK, FaultKind.TIMEOUT, FaultKind.UPSTREAM})


async def uploaded(wire: Wire, images: Sequence[Asset]) -> list[str]:
    """Upload pictures and give the names that workflows know them by, in their order.

    Raises:
        JobError: it does not take one; nothing was ordered yet.
    """
    return [await _upload(wire, part) for part in await file_parts("image", images)]


async def _upload(wire: Wire, part: FilePart) -> str:
    # Of one name for the same bytes it keeps one file, however often it is sent.
    digest = hashlib.sha256(part.content).hexdigest()[:32]
    named = replace(part, filename=digest + PurePath(part.filename).suffix)
    form = MultipartForm(texts={"type": "input", "subfolder": _FOLDER}, files=(named,))
    attempt = 1
    while True:
        try:
            kept = await wire.call("POST", "/upload/image", form)
        except JobError as error:
            if attempt == _ATTEMPTS or error.fault.kind not in _PASSES:
                raise
            await asyncio.sleep(wire.endpoint.pace.again * attempt)
            attempt += 1
            continue
        name, folder = text(kept.get("name")), text(kept.get("subfolder"))
        if not name:
            raise JobError(Fault(kind=FaultKind.BAD_PAYLOAD))
        return f"{folder}/{name}" if folder else name
