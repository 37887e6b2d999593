"""Where names with an @ begin and end."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.names import names_in, with_other_names

OTHERS = {"tom": "tom.x", "tommy": "ted", "小明": "ming", "jos": "joe"}


@pytest.mark.parametrize(
    ("prompt", "wanted"),
    [
        ("@tom在舞台上", "@tom.x在舞台上"),
        ("让@tom跳舞", "让@tom.x跳舞"),
        ("(@tom) and “@Tom”", "(@tom.x) and “@tom.x”"),
        ('"@tom", he said', '"@tom.x", he said'),
        ("＠TOM's hat, by @tom.", "@tom.x's hat, by @tom.x."),
        ("@tommy@tom跳舞", "@ted @tom.x跳舞"),
        ("@tommy和@tom", "@ted和@tom.x"),
        ("@小明在跳舞，@小明dance", "@ming在跳舞，@mingdance"),
    ],
)
def test_known_names_are_found_wherever_they_stand(prompt: str, wanted: str) -> None:
    assert with_other_names(prompt, OTHERS) == wanted


@pytest.mark.parametrize(
    "prompt",
    [
        "a@tom.com",
        "me+x@tom",
        "@tom2",
        "@tom_",
        "@tom-b",
        "@tom.b",
        "@tomas",
        "@josé",
        "@",
        "@ tom",
    ],
)
def test_others_stay_as_they_are(prompt: str) -> None:
    assert with_other_names(prompt, OTHERS) == prompt
    assert names_in(prompt, OTHERS) == []


def test_those_who_are_called_come_once_and_in_their_order() -> None:
    assert names_in("小明, @小明 and @tom, @小明", OTHERS) == ["小明", "tom"]


PIECES = st.sampled_from(["@", "tom", "tommy", "小明", "在", " ", ".", "-", "x", "(", "é", "_"])


@given(st.lists(PIECES, max_size=12).map("".join))
def test_nothing_but_the_names_changes(prompt: str) -> None:
    same = with_other_names(prompt, {name: name for name in OTHERS})

    assert same.replace(" ", "") == prompt.replace(" ", "")
