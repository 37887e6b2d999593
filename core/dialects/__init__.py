"""The wire protocols. DIALECTS and CHAT_DIALECTS are their tables of contents."""

import sys
from collections.abc import AsyncGenerator, Callable, Mapping
from inspect import cleandoc
from typing import Protocol

import httpx

from core.catalog import ChatModel
from core.dialects._generation import Generation
from core.dialects.chat_completions import ChatCompletions
from core.dialects.chat_video import ChatVideo
from core.dialects.comfyui import Comfyui
from core.dialects.completions import Completions
from core.dialects.dashscope import Dashscope
from core.dialects.endpoint import Endpoint
from core.dialects.fal import Fal
from core.dialects.gemini import Gemini
from core.dialects.gemini_omni import GeminiOmni
from core.dialects.gemini_text import GeminiText
from core.dialects.images import Images
from core.dialects.listing import check_account, list_entries, list_models
from core.dialects.minimax_videos import MinimaxVideos
from core.dialects.newapi_videos import NewapiVideos
from core.dialects.openai_videos import OpenaiVideos
from core.dialects.openrouter import Openrouter
from core.dialects.replicate import Replicate
from core.dialects.responses import Responses
from core.dialects.seedance import Seedance
from core.dialects.transcriptions import TRANSCRIPTIONS, Transcript, transcribe
from core.dialects.video_tasks import VideoTasks
from core.dialects.xai_videos import XaiVideos
from core.media import RemoteAsset, TaskRef
from core.talk import Question, Said


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


class ChatDialect(Protocol):
    """Speaks one protocol of answers in words with one gateway."""

    def __init__(self, endpoint: Endpoint, http: httpx.AsyncClient) -> None: ...

    def stream(self, model: ChatModel, question: Question) -> AsyncGenerator[Said]:
        """Ask the model, and tell its answer as it comes.

        It sends exactly one request that may cost money, when the first piece is waited for; an
        answer that breaks off is never asked for again. The last that is said is `Ended`. It has
        no deadline; closing the generator closes the connection.

        Raises:
            JobError: saying why there is no answer, or only what was said so far.
        """
        ...


DIALECTS: Mapping[str, type[MediaDialect]] = {
    "dashscope": Dashscope,
    "gemini_omni": GeminiOmni,
    "minimax_videos": MinimaxVideos,
    "newapi_videos": NewapiVideos,
    "chat_image": ChatVideo,  # the same story, of a picture
    "chat_video": ChatVideo,
    "comfyui": Comfyui,
    "fal": Fal,
    "gemini": Gemini,
    "images": Images,
    "seedance": Seedance,
    "openai_videos": OpenaiVideos,
    "openrouter": Openrouter,
    "replicate": Replicate,
    "video_tasks": VideoTasks,
    "xai_videos": XaiVideos,
}


CHAT_DIALECTS: Mapping[str, type[ChatDialect]] = {
    "chat_completions": ChatCompletions,
    "completions": Completions,
    "gemini_text": GeminiText,
    "responses": Responses,
}


TELLS_PRIVATE = frozenset({"video_tasks"})
"""Where a creation tells the gateway that a video is private; it then cannot be changed later."""


def summaries() -> Mapping[str, str]:
    """Say of each dialect in a sentence what it is; those of words come last."""
    known: Mapping[str, Callable[..., object]] = {
        **DIALECTS,
        **CHAT_DIALECTS,
        TRANSCRIPTIONS: transcribe,
    }
    return {name: _summary(dialect) for name, dialect in known.items()}


def _summary(dialect: Callable[..., object]) -> str:
    story, _, _ = cleandoc(sys.modules[dialect.__module__].__doc__ or "").partition("Source:")
    return " ".join(story.split())


__all__ = [
    "CHAT_DIALECTS",
    "DIALECTS",
    "TELLS_PRIVATE",
    "ChatDialect",
    "Endpoint",
    "Generation",
    "MediaDialect",
    "Transcript",
    "check_account",
    "list_entries",
    "list_models",
    "summaries",
    "transcribe",
]
