"""Checks requests against aiogram's models of the Bot API: not our code, not our client's."""

import json
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping
from types import UnionType
from typing import Annotated, Any, Union, cast, get_args, get_origin

import aiogram.methods
from aiogram import Bot
from aiogram.methods import TelegramMethod
from aiogram.types import InputFile
from pydantic import BaseModel, ValidationError

Method = TelegramMethod[Any]
Json = dict[str, Any]
ATTACHED = "attach://"
ON_DISK = "file:/"
FILE_FIELDS = frozenset({"media", "thumbnail", "photo", "video", "document"})


class TelegramUpload(InputFile):
    """A file that came with a request.

    Attributes:
        size_bytes: usually that of the data.
        kept: whether the data stay when the request was answered.
        place: where it was read, if it did not come along.
    """

    def __init__(
        self, *, name: str, mime: str, size_bytes: int, sha256: str, data: bytes, kept: bool = True
    ) -> None:
        super().__init__(filename=name)
        self.name = name
        self.mime = mime
        self.size_bytes = size_bytes
        self.sha256 = sha256
        self.data = data
        self.kept = kept
        self.place = ""

    def __repr__(self) -> str:
        return f"Upload({self.name!r}, {self.size_bytes} bytes)"

    def forget(self) -> None:
        """Let go of what is too large to stay."""
        if not self.kept:
            self.data = b""

    async def read(self, bot: Bot) -> AsyncGenerator[bytes]:
        """Only a client reads it so."""
        del bot
        yield self.data


class BotApiError(Exception):
    """An answer that is not ok.

    Attributes:
        page: what answers instead of Telegram, as a proxy's block page does.
        acts: whether the method is done all the same.
    """

    def __init__(
        self,
        description: str,
        code: int = 400,
        parameters: Json | None = None,
        *,
        page: str = "",
        acts: bool = False,
    ) -> None:
        super().__init__(description)
        self.description = description
        self.code = code
        self.parameters = parameters
        self.page = page
        self.acts = acts


class ViolationError(Exception):
    """A request that no correct client sends."""

    def __init__(self, *complaints: str) -> None:
        super().__init__(*complaints)
        self.complaints = complaints


def _models() -> dict[str, type[Method]]:
    names = (getattr(aiogram.methods, name) for name in aiogram.methods.__all__)
    return {
        each.__api_method__: each
        for each in names
        if issubclass(each, TelegramMethod) and each is not TelegramMethod
    }


METHODS = _models()


def parse(
    method: str,
    fields: Mapping[str, str],
    uploads: Mapping[str, TelegramUpload],
    on_disk: Callable[[str], TelegramUpload],
) -> tuple[dict[str, Any], Method]:
    """Give the parameters by name, and as the model, or raise ViolationError."""
    model = METHODS[method]
    used: set[str] = set()

    def find(name: str, text: str) -> Any:
        """Put a file in the place of its name."""
        if text.startswith(ON_DISK) and name in FILE_FIELDS:
            return on_disk(text)
        if not text.startswith(ATTACHED):
            return text
        part = text.removeprefix(ATTACHED)
        if part not in uploads:
            raise ViolationError(f"{text}: no such part")
        used.add(part)
        return uploads[part]

    values = {
        name: _attach(_decode(model, name, text), name, find) for name, text in fields.items()
    }
    values |= {name: upload for name, upload in uploads.items() if name not in used}
    try:
        ask = model.model_validate(values)
    except ValidationError as error:
        raise ViolationError(
            *(f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors())
        ) from None
    if unknown := tuple(f"{place}: no such field" for place in strangers(ask)):
        raise ViolationError(*unknown)
    return values, ask


def strangers(value: object, place: str = "") -> Iterator[str]:
    """Name the fields that the models do not have."""
    if isinstance(value, BaseModel):
        yield from (f"{place}{name}" for name in value.model_extra or ())
        for name in sorted(value.model_fields_set - set(value.model_extra or ())):
            yield from strangers(getattr(value, name), f"{place}{name}.")
    elif isinstance(value, list):
        for index, each in enumerate(cast("list[object]", value)):
            yield from strangers(each, f"{place}{index}.")


def _decode(model: type[Method], name: str, text: str) -> Any:
    """Text stays text where the model takes text; everything else is JSON."""
    known = model.model_fields.get(name)
    kinds = set(_kinds(known.annotation)) if known else set[Any]()
    number = int in kinds and text.removeprefix("-").isdecimal()
    if not kinds or text.startswith((ATTACHED, ON_DISK)) or (str in kinds and not number):
        return text
    try:
        return json.loads(text)
    except ValueError:
        raise ViolationError(f"{name}: not JSON: {text[:40]!r}") from None


def _kinds(annotation: Any) -> Iterator[Any]:
    if get_origin(annotation) in {Union, UnionType}:
        for each in get_args(annotation):
            yield from _kinds(each)
    elif get_origin(annotation) is Annotated:
        yield from _kinds(get_args(annotation)[0])
    else:
        yield annotation


def _attach(value: Any, name: str, find: Callable[[str, str], Any]) -> Any:
    """Put the files in the places of their names."""
    if isinstance(value, list):
        return [_attach(each, name, find) for each in cast("list[Any]", value)]
    if isinstance(value, dict):
        items = cast("dict[str, Any]", value).items()
        return {name: _attach(each, name, find) for name, each in items}
    return find(name, value) if isinstance(value, str) else value
