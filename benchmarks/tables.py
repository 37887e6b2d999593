"""How the numbers are written: tables as they stand in docs/benchmarks.md."""

from collections.abc import Iterable
from statistics import median, quantiles


def percentile_99(values: list[float]) -> float:
    """The slow end of many; of a few the slowest."""
    return quantiles(values, n=100)[98] if len(values) > 1 else values[0]


def spread(seconds: list[float]) -> str:
    """Median and the slow end."""
    return f"{median(seconds):.2f} s, {percentile_99(seconds):.2f} s"


def refused(statuses: Iterable[int]) -> int:
    """How many answers say that it was too much."""
    return sum(status == 429 for status in statuses)


def verdict(*, is_met: bool) -> str:
    """How an aim stands in the table."""
    return "met" if is_met else "**missed**"


def print_row(*cells: str) -> None:
    """Print one line of a table."""
    print(f"| {' | '.join(cells)} |")


def print_head(*cells: str) -> None:
    """Print the head of a table."""
    print_row(*cells)
    print("|---" * len(cells) + "|")
