"""Blocks of code in Markdown: where one begins and ends. Pure."""

import re

_FENCE = re.compile(r" {0,3}(`{3,40}|~{3,40})(.*)")


def fence_after(fence: str, line: str) -> str:
    """The line that has opened the block of code that is open behind `line`; "" outside of one.

    `fence` is the same before that line.
    """
    found = _FENCE.fullmatch(line)
    if not found:
        return fence
    if not fence:
        # Backticks with others behind them are code within a line.
        return "" if found[1][0] == "`" and "`" in found[2] else line.strip()
    # It is closed by as many of the same, with nothing behind them.
    return "" if found[1].startswith(closing(fence)) and not found[2].strip() else fence


def closing(fence: str) -> str:
    """What closes the block of code that this line has opened."""
    found = _FENCE.match(fence.strip())
    return found[1] if found else ""
