"""core knows no platform's name: whoever adds one has nothing to change in it."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PLATFORMS = sorted(path.parent.name for path in (ROOT / "bots").glob("*/adapter.py"))
SOURCES = sorted(
    path for path in (ROOT / "core").rglob("*") if path.suffix in {".py", ".ftl", ".toml"}
)
# The environment is read in one place, which names its variables.
VARIABLES = ROOT / "core" / "settings.py"
# Where a key is had is a gateway's own page, whatever it is called.
KEY_PAGE = re.compile(r'^key_page = "[^"]+"$', re.MULTILINE)


def test_the_platforms_are_found() -> None:
    assert {"telegram", "discord"} <= {*PLATFORMS}
    assert VARIABLES in SOURCES


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_platform_is_named_in_core(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    if path == VARIABLES:
        text = re.sub(rf"\b({'|'.join(PLATFORMS)})_[a-z_]+\b", "", text)

    text = KEY_PAGE.sub("", text)

    assert re.findall("|".join(PLATFORMS), text, re.IGNORECASE) == []
