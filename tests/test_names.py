"""A public class name means one thing in the whole repository."""

import ast
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).parents[1]
# The sandbox shares no code with the rest, and is being renamed.
SHARED_WITH_THE_SANDBOX = {"Hooks", "Link", "Order", "Part", "Shot"}
PACKAGES = ("benchmarks", "bots", "core", "sandbox", "storage", "tests", "tools")


def test_no_public_class_name_is_defined_twice() -> None:
    places: dict[str, list[str]] = defaultdict(list)
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            for node in ast.parse(path.read_text(encoding="utf-8")).body:
                if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                    places[node.name].append(str(path.relative_to(ROOT)))

    assert places
    twice = {name: where for name, where in places.items() if len(where) > 1}
    assert {n: where for n, where in twice.items() if n not in SHARED_WITH_THE_SANDBOX} == {}
