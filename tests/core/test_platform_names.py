"""core knows no platform's name: whoever adds one has nothing to change in it."""

import re
from pathlib import Path

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


def test_no_platform_is_named_in_core() -> None:
    named = {str(path.relative_to(ROOT)): _names(path) for path in SOURCES}

    assert {path: names for path, names in named.items() if names} == {}


def _names(path: Path) -> list[str]:
    text = path.read_text(encoding="utf-8")
    if path == VARIABLES:
        text = re.sub(rf"\b({'|'.join(PLATFORMS)})_[a-z_]+\b", "", text)
    return re.findall("|".join(PLATFORMS), KEY_PAGE.sub("", text), re.IGNORECASE)
