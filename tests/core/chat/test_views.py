"""What answers look like."""

from dataclasses import replace

import pytest

from core.chat.views import answer_views
from core.exchanges import Exchange, ExchangeState
from core.limits import Limits
from core.platform import ConversationRef, User

LIMITS = Limits(writes=20, window_seconds=60, edit_seconds=1, text_chars=2000)
STOPPED = Exchange(
    id="1",
    user=User(platform="chat", id="ann"),
    locale="en",
    conversation=ConversationRef(platform="chat", chat="1"),
    model="gate/wise",
    prompt="?",
    created_at=1.0,
    state=ExchangeState.STOPPED,
)


@pytest.mark.parametrize("text", ["```py\nprint(1)", "```py\nprint(1)\n```"])
def test_a_note_below_never_stands_in_code_that_was_cut_off(text: str) -> None:
    (view,) = answer_views(replace(STOPPED, text=text), LIMITS)

    assert view.text == "```py\nprint(1)\n```\n\n*Stopped.*"


def test_a_text_is_put_in_the_words_of_the_platform_before_it_is_cut() -> None:
    def written(text: str) -> str:
        return text.replace("a", "aaa")

    views = answer_views(replace(STOPPED, text="a " * 900), replace(LIMITS, written=written))

    assert len(views) == 2
    assert "".join(view.text for view in views).count("a") == 2700
    assert all(len(view.text) <= LIMITS.text_chars for view in views)
