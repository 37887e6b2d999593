"""The files of the Telegram stand-in, and what Telegram asks of them."""

import hashlib
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import count
from typing import Literal

from PIL import Image

from tests.fakes.telegram.schema import BotApiError, Json, TelegramUpload, ViolationError

FileKind = Literal["photo", "video", "document"]
THUMBNAIL_SIDE = 320
THUMBNAIL_BYTES = 200_000
SMALL_SIDE = 90
PHOTO_SIDES = 10_000
PHOTO_RATIO = 20
EXTENSIONS: Mapping[FileKind, str] = {"photo": "jpg", "video": "mp4", "document": "bin"}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class StoredFile:
    """A file on the servers, to be named by its id.

    Attributes:
        data: None when it was too large to keep.
        thumbnail: of a photo the smaller size.
    """

    id: str
    unique_id: str
    kind: FileKind
    name: str
    mime: str
    size_bytes: int
    sha256: str
    data: bytes | None
    width: int = 0
    height: int = 0
    duration_seconds: int = 0
    streaming: bool = False
    thumbnail: "StoredFile | None" = None

    @property
    def path(self) -> str:
        """Where it can be downloaded."""
        return f"{self.kind}s/{self.unique_id}.{EXTENSIONS[self.kind]}"

    def describe(self) -> Json:
        told: Json = {
            "file_id": self.id,
            "file_unique_id": self.unique_id,
            "file_size": self.size_bytes,
        }
        if self.kind != "document":
            told |= {"width": self.width, "height": self.height}
        if self.kind == "photo":
            return told
        told |= {"file_name": self.name, "mime_type": self.mime}
        if self.kind == "video":
            told["duration"] = self.duration_seconds
        if self.thumbnail:
            told["thumbnail"] = self.thumbnail.describe()
        return told


class FileStore:
    """All files, by id."""

    def __init__(self) -> None:
        self._files: dict[str, StoredFile] = {}
        self._numbers = count(1)

    def __iter__(self) -> Iterator[StoredFile]:
        return iter(self._files.values())

    def find(self, file_id: str, kind: FileKind | None = None) -> StoredFile:
        """Give a file that may be used as that kind."""
        found = self._files.get(file_id)
        if found is None:
            raise BotApiError("Bad Request: wrong file identifier/HTTP URL specified")
        if kind not in {None, found.kind}:
            a, b = found.kind.title(), (kind or "").title()
            raise BotApiError(f"Bad Request: can't use file of type {a} as {b}")
        return found

    def lose(self, file_id: str) -> None:
        """Let nobody download it any more."""
        self._files[file_id] = replace(self._files[file_id], data=None)

    def keep_photo(self, upload: TelegramUpload) -> StoredFile:
        """Keep a picture in two sizes, as Telegram does."""
        try:
            picture = Image.open(io.BytesIO(upload.data))
        except OSError:
            raise BotApiError("Bad Request: IMAGE_PROCESS_FAILED") from None
        width, height = picture.size
        if width + height > PHOTO_SIDES or max(picture.size) > PHOTO_RATIO * min(picture.size):
            raise BotApiError("Bad Request: PHOTO_INVALID_DIMENSIONS")
        picture.thumbnail((SMALL_SIDE, SMALL_SIDE))
        small = io.BytesIO()
        picture.convert("RGB").save(small, "JPEG")
        thumbnail = self.keep(
            "photo", uploaded("small.jpg", small.getvalue()), picture.width, picture.height
        )
        return self.keep("photo", upload, width, height, thumbnail=thumbnail)

    def keep_thumbnail(self, upload: TelegramUpload) -> StoredFile:
        """Keep a thumbnail that fulfils what is documented for it."""
        try:
            picture = Image.open(io.BytesIO(upload.data))
        except OSError:
            raise ViolationError("thumbnail: not a picture") from None
        if picture.format != "JPEG" or max(picture.size) > THUMBNAIL_SIDE:
            raise ViolationError(f"thumbnail: a {picture.format} of {picture.size}")
        if upload.size_bytes >= THUMBNAIL_BYTES:
            raise ViolationError(f"thumbnail: {upload.size_bytes} bytes")
        return self.keep("photo", upload, *picture.size)

    def keep(
        self,
        kind: FileKind,
        upload: TelegramUpload,
        width: int = 0,
        height: int = 0,
        *,
        duration_seconds: int = 0,
        streaming: bool = False,
        thumbnail: StoredFile | None = None,
    ) -> StoredFile:
        """Keep a file under a new id."""
        name = f"{kind}-{next(self._numbers)}"
        digest = hashlib.sha256(name.encode()).hexdigest()
        # As long as the real ones: who puts an id into 64 bytes must notice here
        kept = StoredFile(
            id=f"BAACAgIAAxkBAAI{digest}",
            unique_id=digest[:16],
            kind=kind,
            name=upload.name,
            mime=upload.mime,
            size_bytes=upload.size_bytes,
            sha256=upload.sha256,
            data=upload.data if upload.kept else None,
            width=width,
            height=height,
            duration_seconds=duration_seconds,
            streaming=streaming,
            thumbnail=thumbnail,
        )
        self._files[kept.id] = kept
        return kept


def uploaded(
    name: str, data: bytes, mime: str = "image/jpeg", size_bytes: int = 0
) -> TelegramUpload:
    """Make a file of bytes; `size_bytes` lets it pretend to be another size."""
    return TelegramUpload(
        name=name,
        mime=mime,
        size_bytes=size_bytes or len(data),
        sha256=hashlib.sha256(data).hexdigest(),
        data=data,
    )
