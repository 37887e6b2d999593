"""Every path that a page names is there, but for those of files that a reader is to make."""

import fnmatch
import re
import tomllib
from itertools import chain
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGES = sorted(
    chain(ROOT.glob("*.md"), (ROOT / "docs").rglob("*.md"), (ROOT / "tests").rglob("*.md"))
)
ROOMS = "bots|core|sandbox|storage|tests|docs|benchmarks|tools"
PATH = re.compile(rf"(?<![\w/.:-])((?:{ROOMS})/[\w./*-]*[\w*/])(?!\.?[\w<$])")
NEW = re.compile(r"\*\*New\*\*((?:,?\s+(?:and )?`[^`]+`)+)")
LINK = re.compile(r"\]\((?!https?:|#)([^)#]+)(?:#[^)]*)?\)")


def text_of(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def new_files(page: Path) -> set[str]:
    return {
        path for found in NEW.findall(text_of(page)) for path in re.findall("`([^`]+)`", found)
    }


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_path_that_a_page_names_is_there(page: Path) -> None:
    new = new_files(page)
    folders = {str(parent) for path in new for parent in Path(path).parents}
    named = {path.rstrip("/") for path in PATH.findall(text_of(page))} - new - folders

    missing = {p for p in named if not list(ROOT.glob(p)) and not fnmatch.filter(new, p)}
    assert not missing, f"{page.relative_to(ROOT)} names what is not there: {sorted(missing)}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_of_a_page_leads_somewhere(page: Path) -> None:
    prose = re.sub("`[^`]*`", "", text_of(page))
    dead = {link for link in LINK.findall(prose) if not (page.parent / link).exists()}

    assert not dead, f"{page.relative_to(ROOT)} links to what is not there: {sorted(dead)}"


def test_the_page_of_the_architecture_knows_every_place_that_catches_everything() -> None:
    chapter = text_of(ROOT / "docs" / "architecture.md").partition("## Where errors end")[2]
    told = set(PATH.findall(chapter.partition("\n## ")[0]))
    rooms = ("bots", "core", "sandbox", "storage")
    modules = [path for room in rooms for path in (ROOT / room).rglob("*.py")]
    catching = {
        str(path.relative_to(ROOT))
        for path in modules
        if re.search(r"^\s*except Exception\b", text_of(path), re.MULTILINE)
    }

    assert told == catching


def test_the_page_of_the_architecture_shows_the_layers_that_are_checked() -> None:
    settings = tomllib.loads(text_of(ROOT / "pyproject.toml"))
    contracts = settings["tool"]["importlinter"]["contracts"]
    (layers,) = [each["layers"] for each in contracts if each["name"] == "inside core"]
    page = text_of(ROOT / "docs" / "architecture.md").partition("## The layers")[2]

    for layer in layers:
        assert layer in page
        page = page.partition(layer)[2]
