"""What can be asked for free: which models there are for a key, and whether it is accepted.

Source: docs/gateways.md, "The list of models", "Whether a key is accepted".
That a model is listed does not prove that it can be had.
"""

from collections.abc import Iterator

import httpx

from core.dialects._faults import Circumstances
from core.dialects._http import Wire
from core.dialects._json import Json, items, mapping, text
from core.dialects.endpoint import Endpoint
from core.errors import Fault, FaultKind, JobError

# How something is refused that was asked with a good key, and is not there or not complete.
_ALL_THE_SAME = frozenset(
    {
        FaultKind.BAD_REQUEST,
        FaultKind.EXPIRED,
        FaultKind.MODEL_GONE,
        FaultKind.UNSUPPORTED_PARAM,
    }
)


async def list_models(endpoint: Endpoint, http: httpx.AsyncClient) -> list[str]:
    """The names of the models that a gateway lists for this key; none where it lists nothing.

    Raises:
        JobError: the key is not accepted, or nothing that is an API answers.
    """
    if not endpoint.models_path:
        return []
    body = await Wire(endpoint, http).look(endpoint.models_path)
    if not body:
        raise JobError(Fault(kind=FaultKind.BAD_PAYLOAD))
    return [name for name in _names(body) if name]


def _names(body: Json) -> Iterator[str]:
    for entry in map(mapping, items(body.get("data"))):
        yield text(entry.get("id"))
    for entry in map(mapping, items(body.get("models"))):  # Google's
        yield text(entry.get("name")).removeprefix("models/")


async def check_account(endpoint: Endpoint, http: httpx.AsyncClient) -> None:
    """Get what costs nothing and is refused without a good key, where the gateway has it.

    Raises:
        JobError: the key is not accepted, or nothing that is an API answers.
    """
    if not endpoint.probe_path:
        return
    try:
        await Wire(endpoint, http).look(endpoint.probe_path, Circumstances(names_model=True))
    except JobError as error:
        if error.fault.kind not in _ALL_THE_SAME:
            raise
