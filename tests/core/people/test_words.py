"""The operator's list of words, against people who would rather not be found by it."""

from pathlib import Path

import pytest

from core.errors import SettingsError, UserError
from core.people.words import BlockedWords


def words(tmp_path: Path, *lines: str) -> BlockedWords:
    file = tmp_path / "blocked.txt"
    file.write_text("\n".join(lines), encoding="utf-8")
    return BlockedWords.read(file)


async def is_blocked(blocked: BlockedWords, *texts: str) -> bool:
    try:
        await blocked.check(*texts)
    except UserError as error:
        return error.key == "words-blocked"
    return False


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("gore", "GORE and more"),
        ("gore", "a cat, gore."),
        ("gore", "go\u200bre"),
        ("gore", "go\ufe0fre"),
        ("gore", "go\u034fre"),
        ("gore", "go\u3164re"),
        ("gore", "go\u2800re"),
        ("gore", "go\x08re"),
        ("gore", "some _gore_ here"),
        ("/straße/", "in der STRASSE"),
        ("gore", "\u202egore\u202c"),
        ("gore", "ｇｏｒｅ"),
        ("Straße", "in der STRASSE"),
        ("bad  words", "some bad\nwords here"),
        ("血腥", "一只血腥的猫"),
        ("/g[o0]re+/", "g0reee"),
        (r"/^only this$/", "only this"),
    ],
)
async def test_a_word_is_found_however_it_is_written(tmp_path: Path, line: str, text: str) -> None:
    assert await is_blocked(words(tmp_path, "# ours", "", line), "a dog", text)


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("gore", "Al Gore's categories"[:2]),
        ("gore", "a category"),
        ("gore", "gored"),
        ("# gore", "gore"),
        ("a.c", "abc"),
        ("/only this/", ""),
    ],
)
async def test_what_only_looks_like_it_is_no_word_of_the_list(
    tmp_path: Path, line: str, text: str
) -> None:
    assert not await is_blocked(words(tmp_path, line, "zebra"), text)


@pytest.mark.parametrize(
    "text",
    [
        "fo\u0301rbid",
        "a fórbid b",
        "f\u0336o\u0336r\u0336b\u0336i\u0336d\u0336",
        " \u0301forbid",
        "f\u200bo\u2060rbid",
        "ⓕⓞⓡⓑⓘⓓ",
        "𝔣𝔬𝔯𝔟𝔦𝔡",
        "f.o.r.b.i.d",
        "I want f.o.r.b.i.d.",
        "a F-O*R_B.I/D!",
        "ｆ．ｏ．ｒ．ｂ．ｉ．ｄ",
        "f o r b i d",
        "f\no\nr\nb\ni\nd",
        "f\u0301.o.\u200br.b.i\u0336.d",
    ],
)
async def test_a_word_is_found_under_marks_and_letter_by_letter(tmp_path: Path, text: str) -> None:
    assert await is_blocked(words(tmp_path, "forbid"), text)


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("ass", "He was saved as someone passed."),
        ("ass", "options a s s"),
        ("usa", "made in the U.S.A."),
        ("fag", "the chords F A G"),
        ("rape", "a poster that says G R A P E"),
        ("rape", "G-R-A-P-E and T.H.E.R.A.P.I.S.T."),
        ("kill", "take k, i, l, l"),
        ("kill", "a skill: k ill, ki ll"),
        ("forbid", "a wreath for bid day"),
        ("año", "un ano, an o"),
        ("coño", "a cono"),
        ("かき", "がき"),
        ("가", "각"),
        ("कल", "काल"),
        ("血腥", "流血。腥味"),
    ],
)
async def test_prose_has_no_words_that_only_its_letters_would_have(
    tmp_path: Path, line: str, text: str
) -> None:
    assert not await is_blocked(words(tmp_path, line), text)


@pytest.mark.parametrize(
    "text", ["un an\u0303o", "un año", "un a\u0336n\u0303o\u0336", "A.Ñ.O.S año"]
)
async def test_a_word_with_marks_of_its_own_is_found_with_them(tmp_path: Path, text: str) -> None:
    assert await is_blocked(words(tmp_path, "año"), text)


async def test_expressions_see_what_is_written(tmp_path: Path) -> None:
    blocked = words(tmp_path, "/f\\.o|^é$/")

    assert await is_blocked(blocked, "f.o.r.b.i.d")
    assert await is_blocked(blocked, "e\u0301")
    assert not await is_blocked(blocked, "e")


async def test_what_would_take_for_ever_is_not_let_through(tmp_path: Path) -> None:
    blocked = words(tmp_path, r"/(a|aa)+$/", "zebra")

    assert await is_blocked(blocked, "a" * 10_000 + "b")
    assert not await is_blocked(blocked, "a cat")


def test_each_mistake_in_the_file_is_told_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as raised:
        words(tmp_path, "fine", "/(open/", "/[/")

    first, second = str(raised.value).splitlines()
    assert "line 2" in first
    assert "line 3" in second


@pytest.mark.parametrize("content", [None, b"\xff\xfe\x00"])
def test_a_file_that_cannot_be_read_is_told(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "words"
    if content:
        file.write_bytes(content)

    with pytest.raises(SettingsError, match="BLOCKED_WORDS: "):
        BlockedWords.read(file)


async def test_without_a_list_everything_may_be_said() -> None:
    assert not await is_blocked(BlockedWords(), "gore")
