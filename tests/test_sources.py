"""What the comments cite is in the repository."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
CITED = re.compile(r"docs/(?P<page>[\w-]+\.md)(?P<headings>(?:,?\s+\"[^\"]+\")+)")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


def sources() -> list[Path]:
    rooms = ("bots", "core", "sandbox", "storage", "tests", "benchmarks", "tools")
    return [path for room in rooms for path in (ROOT / room).rglob("*.py")]


def headings(page: str) -> set[str]:
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    return {found.strip("`* ") for found in HEADING.findall(text)}


def test_every_source_resolves_to_a_heading() -> None:
    cited = 0
    for path in sources():
        for found in CITED.finditer(path.read_text(encoding="utf-8")):
            for heading in re.findall(r'"([^"]+)"', found["headings"]):
                cited += 1
                wanted = " ".join(heading.split())
                assert wanted in headings(found["page"]), f"{path.relative_to(ROOT)}: {wanted}"
    assert cited > 30


def test_every_source_names_a_page_of_ours() -> None:
    for path in sources():
        text = path.read_text(encoding="utf-8")
        for line in re.findall(r"^\s*Sources?: .*$", text, re.MULTILINE):
            assert "docs/" in line, f"{path.relative_to(ROOT)}: {line.strip()}"
