"""What it costs to print a long answer while it comes: work is counted, not time."""

from bots.console.speech import Speech
from core.platform import Button, View

STOP = Button(label="Stop", command="stop", style="danger")


def test_each_line_is_painted_once_however_often_the_answer_is_shown() -> None:
    lines = [f"line {number}" for number in range(2000)]
    lines[1000:1010] = ["```", *lines[1001:1009], "```"]
    painted, speech, printed = 0, Speech(), list[str]()

    def paint(text: str) -> list[str]:
        nonlocal painted
        painted += text.count("\n") + 1
        return text.split("\n")

    for count in range(1, len(lines) + 1):
        view = View(text="\n".join(lines[:count]), is_markdown=True, buttons=(STOP,))
        printed += speech.news(view, paint, str)
    whole = View(text="\n".join(lines), is_markdown=True)
    printed += speech.news(whole, paint, str)

    assert printed == lines
    assert painted < 2 * len(lines)
