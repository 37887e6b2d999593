"""Writes `.env`, all of it or nothing, and leaves what nobody has asked to change."""

import os
import shutil
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from dotenv import dotenv_values, set_key

from core.errors import StorageError

_HEADER = "# Settings of cliprelay. All of them are in its README; lines can be added by hand.\n"
_OURS_ALONE = 0o600


def read_env(file: Path) -> str:
    """What stands in it, or would in a new one.

    Raises:
        StorageError: the file cannot be read.
    """
    try:
        # A byte order mark would become a part of the first variable.
        return file.read_text(encoding="utf-8-sig") if file.exists() else _HEADER
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise StorageError(f"{file} cannot be read: {why}") from error


def write_env(file: Path, changes: Mapping[str, str]) -> None:
    """Set these variables in a file, which nobody but its owner can read from then on.

    Other lines and comments stay as they are, and so does all of it if something goes wrong.

    Raises:
        StorageError: the file cannot be read or written.
    """
    file = file.resolve()  # a link stays one
    text = read_env(file)
    try:
        with TemporaryDirectory(prefix=".env-", dir=file.parent) as folder:
            copy = Path(folder) / "env"
            copy.touch(mode=_OURS_ALONE)
            copy.write_text(text, encoding="utf-8")
            if file.exists():
                _give_to_owner_of(file, copy)
            _set(copy, changes)
            copy.replace(file)
    except OSError as error:
        raise StorageError(f"{file} cannot be written: {error.strerror}") from error


def _give_to_owner_of(file: Path, copy: Path) -> None:
    owner = file.stat()
    with suppress(PermissionError):  # the administrator writes it for the bot's own account
        shutil.chown(copy, owner.st_uid, owner.st_gid)


def _set(file: Path, changes: Mapping[str, str]) -> None:
    spellings = {name.upper(): name for name in dotenv_values(file)}
    for name, value in changes.items():
        set_key(file, spellings.get(name, name), value, quote_mode="never")
    with file.open("rb+") as written:
        os.fsync(written.fileno())
