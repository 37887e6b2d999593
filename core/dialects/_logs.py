"""How far a task is, where only the lines that its program prints tell it. All pure.

Source: docs/gateways.md, "Progress numbers".
"""

import re

_BAR = re.compile(r"\b(\d{1,3})%\|")


def share_in(lines: str) -> float | None:
    """The last percent of a progress bar in what was printed, as 0..1; None without one."""
    found = _BAR.findall(lines)
    return min(int(found[-1]) / 100, 1.0) if found else None
