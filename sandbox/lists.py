"""The lists of models: one for all, and those that some hosts keep for one sort of model.

What is named at `PUT /sandbox/unlisted` is in none of them, and can be ordered all the same.
"""

from collections.abc import Collection, Iterator, Sequence
from json import loads

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.orders.chats import ENDPOINT_TYPES as CHAT_ENDPOINT_TYPES
from sandbox.orders.chats import Chats
from sandbox.orders.intake import check_key
from sandbox.orders.models import Models, WireModel
from sandbox.orders.order import Kind
from sandbox.orders.refusals import RefusalError
from sandbox.protocols.seedance.seedance import PATH as ARKS_TASKS

ENDPOINT_TYPES = {
    Kind.CHAT: "openai",
    Kind.V2: "openai-video",
    Kind.SEEDANCE: "volc-video",
    Kind.VIDEOS: "openai-videos",
    Kind.IMAGES: "image-generation",
    Kind.GEMINI: "gemini",
    Kind.DASHSCOPE: "dashscope-videos",
    Kind.MINIMAX: "minimax-videos",
    Kind.NEWAPI: "newapi-videos",
    Kind.COMFYUI: "comfyui",
    Kind.FAL: "fal",
    Kind.REPLICATE: "replicate",
}
"""What the list for all calls the protocols. The others have a list of their own."""
GOOGLES = frozenset({Kind.GEMINI, Kind.OMNI})
PAGE = 50
DOLLARS_PER_SECOND = "0.05"


class ListRoutes:
    """GET /v1/models and its like: the cheapest way to check a key."""

    def __init__(self, models: Models, chats: Chats, speeches: Sequence[str]) -> None:
        self._models, self._chats, self._speeches = models, chats, speeches
        self._unlisted: frozenset[str] = frozenset()
        self.routes = [
            Route("/v1/models", self.all),
            Route("/v1/videos/models", self.openrouter),
            Route("/v1/images/models", self.openrouter_pictures),
            Route("/v1/video-generation-models", self.xai),
            Route("/v1/image-generation-models", self.xai_pictures),
            Route("/v1/language-models", self.xai_chats),
            Route("/v1beta/models", self.google),
            Route("/v1/key", self.key),
            Route("/v1/account", self.key),
            Route(ARKS_TASKS, self.tasks, methods=["GET"]),
            Route("/sandbox/unlisted", self.hide, methods=["PUT"]),
        ]

    async def hide(self, request: Request) -> Response:
        """List all but these: a JSON list of names on the wire. No gateway has this."""
        self._unlisted = frozenset(loads(await request.body()))
        return Response(status_code=204)

    async def all(self, request: Request) -> Response:
        """The list of most gateways."""
        types: dict[str, dict[str, None]] = {}
        for name, spoken in self._spoken():
            types.setdefault(name, {})[spoken] = None
        listed = [
            {
                "id": name,
                "object": "model",
                "created": 1626777600,
                "owned_by": "sandbox",
                "supported_endpoint_types": list(spoken),
            }
            for name, spoken in types.items()
            if name not in self._unlisted
        ]
        return _for_key(request, {"object": "list", "data": listed})

    def _spoken(self) -> Iterator[tuple[str, str]]:
        for model in self._models:
            if model.kind in ENDPOINT_TYPES:
                yield model.name, ENDPOINT_TYPES[model.kind]
        for dialect, name in self._chats:
            yield name, CHAT_ENDPOINT_TYPES[dialect]
        for name in self._speeches:
            yield name, "openai-audio"

    async def openrouter(self, _: Request) -> Response:
        """OpenRouter's videos, with what they can do; open to everybody."""
        listed = {model.name: capabilities(model) for model in self._of({Kind.OPENROUTER})}
        return JSONResponse({"data": list(listed.values())})

    async def openrouter_pictures(self, _: Request) -> Response:
        """What makes pictures at OpenRouter; open to everybody."""
        names = dict.fromkeys(model.name for model in self._of({Kind.OPENROUTER_IMAGES}))
        return JSONResponse({"data": [{"id": name} for name in names]})

    async def xai(self, request: Request) -> Response:
        """XAI's videos: each under the name of its version, with the usual one as an alias."""
        listed = dict.fromkeys(model.name for model in self._of({Kind.XAI}))
        models = [{"id": f"{name}-2026-05-30", "aliases": [name]} for name in listed]
        return _for_key(request, {"models": models})

    async def xai_pictures(self, request: Request) -> Response:
        """What makes pictures there."""
        names = dict.fromkeys(model.name for model in self._of({Kind.IMAGES}))
        return _for_key(request, {"models": [{"id": name} for name in names]})

    async def xai_chats(self, request: Request) -> Response:
        """What answers there."""
        names = dict.fromkeys(name for _, name in self._chats if name not in self._unlisted)
        return _for_key(request, {"models": [{"id": name} for name in names]})

    async def google(self, request: Request) -> Response:
        """Google's list, by the page."""
        chats = [name for dialect, name in self._chats if dialect == "gemini_text"]
        found = dict.fromkeys((*(model.name for model in self._of(GOOGLES)), *chats))
        names = [name for name in found if name not in self._unlisted]
        start = int(request.query_params.get("pageToken", "0"))
        size = min(int(request.query_params.get("pageSize", PAGE)), PAGE)
        shown = [{"name": f"models/{name}"} for name in names[start : start + size]]
        more = {"nextPageToken": f"{start + size}"} if start + size < len(names) else {}
        return _for_key(request, {"models": shown, **more})

    async def tasks(self, request: Request) -> Response:
        """Ark's list of the tasks of an account, which is empty here."""
        return _for_key(request, {"items": [], "total": 0})

    async def key(self, request: Request) -> Response:
        """Where a list is open to everybody, or missing, this tells whether a key is good."""
        return _for_key(request, {"data": {"label": "sandbox", "usage": 0, "limit": None}})

    def _of(self, kinds: Collection[Kind]) -> list[WireModel]:
        return [
            model
            for model in self._models
            if model.kind in kinds and model.name not in self._unlisted
        ]


def capabilities(model: WireModel) -> dict[str, object]:
    """What OpenRouter says of a video model; null where there is nothing to say."""
    frames = [role for role in model.roles if role != "reference"] if model.images[1] else []
    resolutions = [word if word.endswith("K") else word.lower() for word in model.resolutions]
    return {
        "id": model.name,
        "canonical_slug": f"{model.name}-20260530",
        "name": model.name,
        "supported_resolutions": resolutions or None,
        "supported_aspect_ratios": list(model.ratios or ()) or None,
        "supported_sizes": None,
        "supported_durations": sorted(set(model.lengths)) or None,
        "supported_frame_images": frames or None,
        "generate_audio": True if model.sound else None,
        "seed": True if model.seed else None,
        "pricing_skus": {"duration_seconds": DOLLARS_PER_SECOND},
        "allowed_passthrough_parameters": [],
    }


def _for_key(request: Request, answer: object) -> Response:
    try:
        check_key(request)
    except RefusalError as refusal:
        return refusal.response
    return JSONResponse(answer)
