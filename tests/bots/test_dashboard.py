"""The dashboard and the page about the numbers name what `/metrics` really tells."""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from bots.metrics import BotMetrics
from bots.outages import Outages
from core.platform import SlowDownError
from tests.fakes.engine_harness import EngineHarness
from tests.fakes.memory_platform import NAME
from tests.fakes.raw_server import raw_server, replies, reply

DOCS = Path(__file__).parents[2] / "docs"
NAMES = re.compile(r"\b(?:cliprelay|process)_[a-z_]+\b")
# A selector, and what the sums before it keep apart.
SELECTED = re.compile(r"([a-z_]+)\{([^}]*)\}")
KEPT = re.compile(r"by \(([^)]*)\)")
# Prometheus gives these itself.
TARGET = {"job", "instance"}


@pytest.fixture
async def told(tmp_path: Path) -> Mapping[str, set[str]]:
    """All names that a bot tells when everything has happened to it, with their labels."""
    async with raw_server(replies(reply(b'{"error": {"message": "x"}}', status=502))) as server:
        harness = EngineHarness(folder=tmp_path, root=server.url)
        harness.chat.refuse("send", SlowDownError(0.01))
        async with harness.engine() as engine:
            await engine.submit(harness.order())
            await engine.idle()
            engine.services.meters.answers["gone/one", "done"] += 1
            text, _ = BotMetrics(engine, Outages([NAME])).expose("")
    found: dict[str, set[str]] = {}
    for family in text_string_to_metric_families(text.decode()):
        assert family.samples, f"nothing has happened to {family.name}"
        for sample in family.samples:
            found.setdefault(sample.name, set()).update(sample.labels)
    return found


def expressions(panels: list[dict[str, Any]]) -> Iterator[str]:
    for panel in panels:
        yield from expressions(panel.get("panels", []))
        yield from (target["expr"] for target in panel.get("targets", []))


def dashboard() -> dict[str, Any]:
    return json.loads((DOCS / "grafana.json").read_text(encoding="utf-8"))


async def test_every_panel_asks_for_names_and_labels_that_there_are(
    told: Mapping[str, set[str]],
) -> None:
    asked = list(expressions(dashboard()["panels"]))

    assert len(asked) > 20
    for expression in asked:
        names = NAMES.findall(expression)
        assert names, expression
        for name in names:
            assert name in told, expression
        labels = {label for each in names for label in told[each]} | TARGET
        for _, selectors in SELECTED.findall(expression):
            assert set(re.findall(r"([a-z]+)=", selectors)) <= labels, expression
        for kept in KEPT.findall(expression):
            assert set(kept.split(", ")) <= labels, expression
        assert not re.search(r"[a-z]_(?:total|bytes|seconds)\[", expression), "without its job"


def test_panels_have_places_and_numbers_of_their_own() -> None:
    panels = dashboard()["panels"]
    places = [(p["gridPos"]["x"], p["gridPos"]["y"]) for p in panels]

    assert len({panel["id"] for panel in panels}) == len(panels)
    assert len(set(places)) == len(places)
    assert all(p["gridPos"]["x"] + p["gridPos"]["w"] <= 24 for p in panels)


async def test_the_page_explains_all_numbers_and_no_others(
    told: Mapping[str, set[str]],
) -> None:
    page = (DOCS / "observing.md").read_text(encoding="utf-8")
    rows = [line.split("|")[1:4] for line in page.splitlines() if line.startswith("| `cliprelay_")]
    explained = {
        name.strip(" `"): set(re.findall(r"`([a-z]+)`", labels)) for name, labels, _ in rows
    }

    ours = {name: labels - {"le"} for name, labels in told.items() if name.startswith("cliprelay")}
    buckets = {name for name in ours if name.endswith(("_bucket", "_count", "_sum"))}
    whole = {name.rpartition("_")[0]: ours[name] for name in buckets}
    plain = {name: labels for name, labels in ours.items() if name not in buckets}
    assert explained == plain | whole
    assert set(NAMES.findall(page)) <= {*told, *whole}
