"""The wire protocols. DIALECTS is their table of contents."""

import sys
from collections.abc import Mapping
from inspect import cleandoc
from typing import Protocol

import httpx

from core.dialects._generation import Generation
from core.dialects.chat_video import ChatVideo
from core.dialects.endpoint import Endpoint
from core.dialects.gemini import Gemini
from core.dialects.images import Images
from core.dialects.listing import list_models
from core.dialects.openai_videos import OpenaiVideos
from core.dialects.seedance import Seedance
from core.dialects.video_tasks import VideoTasks
from core.media import RemoteAsset, TaskRef


class MediaDialect(Protocol):
    """Speaks one protocol with one gateway."""

    def __init__(self, endpoint: Endpoint, http: httpx.AsyncClient) -> None: ...

    async def generate(self, generation: Generation) -> tuple[RemoteAsset, ...]:
        """Make what was asked for, or, with a task, go on with what an earlier process began.

        Without a task it sends exactly one request that may cost money; with it none. It reports
        Accepted as soon as the gateway has taken the request, and again when it learns how the
        task can be found. It has no deadline and sleeps for nobody: the caller cancels it.

        Returns:
            At least one result, at most as many as asked for.

        Raises:
            JobError: saying why there is none.
        """
        ...

    async def cancel(self, task: TaskRef) -> None:
        """Tell the gateway that nobody is waiting any more, if it can be told."""
        ...


DIALECTS: Mapping[str, type[MediaDialect]] = {
    "chat_image": ChatVideo,  # the same story, of a picture
    "chat_video": ChatVideo,
    "gemini": Gemini,
    "images": Images,
    "seedance": Seedance,
    "openai_videos": OpenaiVideos,
    "video_tasks": VideoTasks,
}


TELLS_PRIVATE = frozenset({"video_tasks"})
"""Where a creation tells the gateway that a video is private; it then cannot be changed later."""


def summaries() -> Mapping[str, str]:
    """Say of each dialect in a sentence what it is."""
    return {name: _summary(dialect) for name, dialect in DIALECTS.items()}


def _summary(dialect: type[MediaDialect]) -> str:
    story, _, _ = cleandoc(sys.modules[dialect.__module__].__doc__ or "").partition("Source:")
    return " ".join(story.split())


__all__ = [
    "DIALECTS",
    "TELLS_PRIVATE",
    "Endpoint",
    "Generation",
    "MediaDialect",
    "list_models",
    "summaries",
]
