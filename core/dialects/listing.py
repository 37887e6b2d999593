"""What can be asked for free: which models there are for a key, and whether it is accepted.

Source: docs/gateways.md, "The list of models", "Whether a key is accepted".
That a model is listed does not prove that it can be had.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence

import httpx

from core.catalog.served import Sort
from core.dialects._faults import Circumstances, refuse
from core.dialects._http import Wire
from core.dialects._json import Json, items, mapping, text, texts
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
# A list of hundreds of models, each with its whole description.
_LIST_BYTES = 16_000_000
_PAGES = 20
_TOKEN_CHARS = 2000


async def list_models(
    endpoint: Endpoint, http: httpx.AsyncClient, sorts: Collection[Sort] = ()
) -> Mapping[Sort, frozenset[str]]:
    """The names that a gateway lists for this key, by sort of model, where it lists that sort.

    Only the lists of these `sorts` are asked for, unless it has none of them. Of several, those
    that answer count.

    Raises:
        JobError: the key is not accepted, nothing that is an API answers, or not with a whole
            list.
    """
    wanted: Mapping[Sort, str] = {
        sort: path for sort, path in endpoint.lists.items() if sort in sorts
    }
    lists = wanted or endpoint.lists
    found: dict[str, frozenset[str]] = {}
    missing: list[JobError] = []
    for path in dict.fromkeys(lists.values()):
        try:
            entries = await list_entries(endpoint, http, path)
        except JobError as error:
            if error.fault.kind is FaultKind.AUTH:
                raise
            missing.append(error)
        else:
            found[path] = frozenset(name for entry in entries for name in _names(entry) if name)
    if missing and not found:
        raise missing[0]
    return {sort: found[path] for sort, path in lists.items() if path in found}


async def list_entries(endpoint: Endpoint, http: httpx.AsyncClient, path: str) -> Sequence[Json]:
    """All that stands in one list, as the gateway has it; raises as `list_models`."""
    wire = Wire(endpoint, http, look_bytes=_LIST_BYTES)
    entries: list[Json] = []
    page = path
    for _ in range(_PAGES):
        body = await wire.look(page)
        refuse(body, Circumstances())
        if not body:
            break
        entries += map(mapping, (*items(body.get("data")), *items(body.get("models"))))
        if not (token := text(body.get("nextPageToken"))):
            return entries
        if len(token) > _TOKEN_CHARS:
            break
        page = str(httpx.URL(path).copy_merge_params({"pageToken": token}))
    # Half a list would say of the other half that it is gone.
    raise JobError(Fault(kind=FaultKind.BAD_PAYLOAD))


def _names(entry: Json) -> Iterator[str]:
    yield text(entry.get("id")) or text(entry.get("name")).removeprefix("models/")
    yield from texts(entry, "aliases.*")


async def check_account(endpoint: Endpoint, http: httpx.AsyncClient) -> None:
    """Get what costs nothing and is refused without a good key, where the gateway has it.

    Raises:
        JobError: the key is not accepted, or nothing that is an API answers.
    """
    if not endpoint.probe_path:
        return
    about = Circumstances(names_model=True)
    try:
        refuse(await Wire(endpoint, http).look(endpoint.probe_path, about), about)
    except JobError as error:
        if error.fault.kind not in _ALL_THE_SAME:
            raise
