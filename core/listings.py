"""Which of our models the gateways list: asked, compared with the catalog, and kept."""

import logging

from core.catalog import compare
from core.dialects import Endpoint, list_models
from core.errors import JobError, StorageError
from core.services import Services

log = logging.getLogger(__name__)


async def recall(services: Services) -> None:
    """Take up what an earlier process has found out."""
    try:
        known = await services.listings.load()
    except StorageError as error:
        log.warning("what gateways list is not known until they are asked: %s", error)
        return
    asked = {
        model.key
        for model in services.catalog.data.served
        if (endpoint := services.endpoints.get(model.gateway)) and model.sort in endpoint.lists
    }
    services.catalog.listed.put({key: known[key] for key in asked & known.keys()})


async def ask(services: Services, endpoint: Endpoint) -> None:
    """Ask a gateway what it lists, and store that; one that does not answer changes nothing.

    Raises:
        StorageError: it could not be stored; it counts all the same.
    """
    listed = services.catalog.listed
    listed.asked(endpoint.gateway)
    enabled = (model for model in services.catalog.data.served if model.enabled)
    ours = [model for model in enabled if model.gateway == endpoint.gateway]
    try:
        lists = await list_models(endpoint, services.http, {model.sort for model in ours})
    except JobError as error:
        log.info("%s does not list its models: %s", endpoint.gateway, error)
        return
    states = compare(ours, lists)
    listed.put(states)
    await services.listings.save(states)
