"""docs/dialects.md says what the code can do."""

from pathlib import Path

from core.catalog import Model, load
from core.catalog.load import CatalogData
from core.catalog.markdown import document
from core.dialects import CHAT_DIALECTS, DIALECTS, summaries
from core.dialects.transcriptions import TRANSCRIPTIONS
from tests.core.dialects.scripts import MODELS

PAGE = Path(__file__).parents[3] / "docs" / "dialects.md"
PRESETS = load((), tuple(DIALECTS))
REMAKE = "make it anew: cliprelay models --markdown > docs/dialects.md"


def row(**fields: object) -> list[str]:
    """The cells of the only row of a page about one model."""
    entry = {"gateway": "g", "name": "m", "dialect": "d", "credits": 7, **fields}
    data = CatalogData(gateways={}, models=(Model.model_validate(entry),))
    (line,) = [text for text in document(data, {"d": "It works."}).splitlines() if "g/m" in text]
    return [cell.strip() for cell in line.strip("|").split("|")]


def test_the_page_of_dialects_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == document(PRESETS, summaries()), REMAKE


def test_every_model_stands_once_under_its_dialect() -> None:
    chapters = PAGE.read_text(encoding="utf-8").split("\n## ")[1:]

    for model in (*MODELS.values(), *PRESETS.chats, *PRESETS.speeches):
        places = [
            text for text in chapters for line in text.splitlines() if f"| {model.key} " in line
        ]
        assert [text.split("\n", 1)[0] for text in places] == [model.dialect]


def test_every_dialect_says_what_it_is() -> None:
    assert set(summaries()) == {*DIALECTS, *CHAT_DIALECTS, TRANSCRIPTIONS}
    for sentence in summaries().values():
        assert sentence.startswith("`POST ")
        assert sentence.endswith(".")


def test_a_model_with_nothing_to_choose_has_dashes() -> None:
    assert row() == ["g/m", "active", "video", *"––––", "1", "–", "7", "15 min"]


def test_all_that_can_be_chosen_is_told() -> None:
    cells = row(
        wire="w",
        state="retired",
        enabled=False,
        ratios=["16:9", "*"],
        adaptive=True,
        seconds={"min": 4, "max": 15, "default": 5},
        native="720p",
        resolutions=["720p", "480p"],
        hd=["1080p"],
        count=4,
        images={
            "min": 1,
            "max": 2,
            "roles": ["first_frame", "last_frame"],
            "min_side": 300,
            "max_ratio": 2.5,
            "max_bytes": 30_000_000,
        },
        fast="option",
        seed=True,
        remix=True,
        priced_by="second",
        variants=[{"fast": True, "credits": 3}, {"hd": True, "deadline_seconds": 1800}],
    )

    assert cells == [
        "g/m (w)",
        "retired, off",
        "video",
        "16:9 any as the picture",
        "4-15 (5)",
        "720p 480p 1080p",
        "1-2: first frame, last frame; from 300 px; to 2.5:1; to 30 MB",
        "4",
        "fast, seed, remix",
        "3-7/s",
        "15-30 min",
    ]
