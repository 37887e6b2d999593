"""What a form of the page sends: words, values, and files that are kept as long as needed."""

import re
import shutil
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException
from starlette.requests import Request

from bots.attachments import LocalFile
from core.errors import UserError
from core.files.pictures import LIMIT_BYTES

FILES = "files"
_FILES = 30
_FIELDS = 60
# Four bytes for each character of the longest prompt, and some for what is said to be too long.
_FIELD_BYTES = 200_000
_MOST_BYTES = _FILES * LIMIT_BYTES
_NAME_CHARS = 60
_STRANGE = re.compile(r"[^\w .()-]")
_EVENT = re.compile(r"[\w-]{1,100}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmittedForm:
    """A form as it came."""

    values: Mapping[str, str]
    files: tuple[LocalFile, ...]

    @property
    def event(self) -> str:
        """What this was called when it was shown; "" where somebody has made that up."""
        said = self.values.get("event", "")
        return said if _EVENT.fullmatch(said) else ""


@asynccontextmanager
async def submitted(request: Request) -> AsyncGenerator[SubmittedForm]:
    """The form that came; its files are gone after the block.

    Raises:
        UserError: it is larger than anything that can be used, or no form.
    """
    length = request.headers.get("content-length", "")
    if not length.isdecimal() or int(length) > _MOST_BYTES:
        raise UserError("play-too-much", limit_mb=_MOST_BYTES // 1_000_000)
    reading = request.form(max_files=_FILES, max_fields=_FIELDS, max_part_size=_FIELD_BYTES)
    with TemporaryDirectory(prefix="cliprelay-") as folder:
        try:
            async with reading as form:
                parts = form.multi_items()
                uploads = [part for _, part in parts if isinstance(part, UploadFile)]
                files = [
                    await run_in_threadpool(_keep, upload, Path(folder) / str(number))
                    for number, upload in enumerate(uploads)
                    if upload.size  # a field without a file sends an empty one
                ]
        except (HTTPException, MultiPartException) as error:
            raise UserError("play-not-read") from error
        values = {name: part for name, part in parts if isinstance(part, str)}
        yield SubmittedForm(values=values, files=tuple(files))


def _keep(upload: UploadFile, folder: Path) -> LocalFile:
    folder.mkdir()
    path = folder / _named(upload.filename or "")
    with path.open("wb") as file:
        shutil.copyfileobj(upload.file, file)
    return LocalFile(path=path)


def _named(said: str) -> str:
    """The name that a file is spoken of by: the last part of what was said, without tricks."""
    name = _STRANGE.sub("_", PurePosixPath(said.replace("\\", "/")).name)[-_NAME_CHARS:]
    return name if name.strip(". ") else "file"
