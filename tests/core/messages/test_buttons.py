"""Buttons as text: everything comes back, and old ones mean what they meant."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.commands import COMMANDS
from core.messages.buttons import pack, unpack
from core.platform import Button

names = st.from_regex(r"[a-z][a-z-]{0,15}", fullmatch=True)
buttons = st.builds(
    Button,
    label=st.just(""),
    command=names,
    given=st.dictionaries(names, st.text(max_size=20), max_size=3),
    asks=st.just("") | names,
    style=st.just(""),
)


@given(button=buttons)
def test_all_that_a_button_does_comes_back(button: Button) -> None:
    assert unpack(pack(button)) == button


EARLIER = {
    "cancel:7f3a": Button(label="", command="cancel", given={"job": "7f3a"}),
    "confirm:7f3a": Button(label="", command="confirm", given={"job": "7f3a"}),
    "retry:7f3a": Button(label="", command="retry", given={"job": "7f3a"}),
    "again:7f3a": Button(label="", command="again", given={"job": "7f3a"}),
    "remix:7f3a": Button(label="", command="remix", given={"of": "7f3a"}, asks="prompt"),
    "share:7f3a": Button(label="", command="share", given={"of": "7f3a"}, asks="place"),
    "share-to:7f3a": Button(label="", command="share", given={"of": "7f3a"}, asks="place"),
}


@pytest.mark.parametrize("written", EARLIER)
def test_what_an_earlier_version_has_written_still_works(written: str) -> None:
    meant = unpack(written)
    command = COMMANDS[meant.command]

    assert meant == EARLIER[written]
    assert all(command.option(name) for name in (*meant.given, meant.asks) if name)


@pytest.mark.parametrize("text", ["", "?", ":", "form:ratio=9:16", "?=&=&&", "a?b=%zz&c"])
def test_whatever_comes_back_is_read(text: str) -> None:
    assert unpack(text).label == ""
