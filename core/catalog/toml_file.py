"""Reads a TOML file that the operator may have written, and says what is wrong with it."""

import tomllib
from pathlib import Path
from typing import Any

from core.errors import CatalogError

Entry = dict[str, object]
"""A table of such a file, before it is validated."""


def read_toml(file: Path, encoding: str = "utf-8") -> dict[str, Any]:
    """Read all of a file.

    Raises:
        CatalogError: it cannot be read, or is no TOML.
    """
    try:
        return tomllib.loads(file.read_text(encoding=encoding))
    except OSError as error:
        raise CatalogError(f"{file}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise CatalogError(f"{file}: is not UTF-8 text") from error
    except tomllib.TOMLDecodeError as error:
        raise CatalogError(f"{file}: is not valid TOML: {error}") from error
