"""`GET /v1/models`: the cheapest way to find out whether a key is accepted.

Source: docs/gateways.md, "The list of models". That a model is listed does not
prove that it can be had.
"""

import httpx

from core.dialects._http import Wire
from core.dialects._json import items, mapping, text
from core.dialects.endpoint import Endpoint
from core.errors import Fault, FaultKind, JobError


async def list_models(endpoint: Endpoint, http: httpx.AsyncClient) -> list[str]:
    """The names of the models that a gateway lists for this key.

    Raises:
        JobError: the key is not accepted, or nothing that is an API answers.
    """
    body = await Wire(endpoint, http).look("/v1/models")
    if not body:
        raise JobError(Fault(kind=FaultKind.BAD_PAYLOAD))
    names = (text(mapping(entry).get("id")) for entry in items(body.get("data")))
    return [name for name in names if name]
