"""The wire protocols. DIALECTS and CHAT_DIALECTS are their tables of contents."""

import sys
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping
from importlib import import_module
from inspect import cleandoc
from typing import Protocol, TypeVar

import httpx

from core.catalog import ChatModel
from core.dialects._generation import Generation
from core.dialects.endpoint import Endpoint
from core.dialects.listing import check_account, list_entries, list_models
from core.dialects.transcriptions import TRANSCRIPTIONS, Transcript, transcribe
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


D = TypeVar("D")


class DialectsOnDemand(Mapping[str, D]):
    """Dialects by their names, each loaded when it is first spoken: most bots speak two.

    Args:
        modules: by the name of a dialect the module here that has its class, named as it is.
    """

    def __init__(self, modules: Mapping[str, str]) -> None:
        self._known: dict[str, D | str] = {**modules}

    def __getitem__(self, name: str) -> D:
        """Its class."""
        found = self._known[name]
        if not isinstance(found, str):
            return found
        module = import_module(f"{__name__}.{found}")
        loaded: D = getattr(module, found.title().replace("_", ""))
        self._known[name] = loaded
        return loaded

    def __setitem__(self, name: str, dialect: D) -> None:
        """Add one that an operator has written."""
        self._known[name] = dialect

    def __iter__(self) -> Iterator[str]:
        """The names of all, loaded or not."""
        return iter(self._known)

    def __len__(self) -> int:
        return len(self._known)


DIALECTS: Mapping[str, type[MediaDialect]] = DialectsOnDemand(
    {
        "dashscope": "dashscope",
        "gemini_omni": "gemini_omni",
        "minimax_videos": "minimax_videos",
        "newapi_videos": "newapi_videos",
        "chat_image": "chat_video",  # the same story, of a picture
        "chat_video": "chat_video",
        "comfyui": "comfyui",
        "fal": "fal",
        "gemini": "gemini",
        "images": "images",
        "seedance": "seedance",
        "openai_videos": "openai_videos",
        "openrouter": "openrouter",
        "openrouter_images": "openrouter_images",
        "replicate": "replicate",
        "video_tasks": "video_tasks",
        "xai_videos": "xai_videos",
    }
)


CHAT_DIALECTS: Mapping[str, type[ChatDialect]] = DialectsOnDemand(
    {
        "chat_completions": "chat_completions",
        "completions": "completions",
        "gemini_text": "gemini_text",
        "responses": "responses",
    }
)


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
