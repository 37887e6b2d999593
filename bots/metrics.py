"""What is counted, as Prometheus reads it. docs/observing.md has each name."""

import platform
from collections import Counter
from collections.abc import Iterator, Mapping
from importlib.metadata import version
from itertools import accumulate

from prometheus_client import CollectorRegistry, ProcessCollector
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    InfoMetricFamily,
    Metric,
)
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector

from bots.outages import Outages
from core.engine.engine import Engine
from core.jobs import OPEN, JobState
from core.meters import STEPS

# What was made by a model that the catalog has no longer.
_OTHER = "other"


class BotMetrics(Collector):
    """All numbers of one bot. No label holds what a person has chosen or written."""

    def __init__(self, engine: Engine, outages: Outages) -> None:
        self._engine = engine
        self._outages = outages
        self._meters = engine.services.meters
        self._models = {model.key for model in engine.services.catalog.data.served}
        self._registry = CollectorRegistry(auto_describe=False)
        self._registry.register(self)
        ProcessCollector(registry=self._registry)

    def expose(self, accept: str) -> tuple[bytes, str]:
        """All numbers as they are now, and the media type, which is the best that is accepted."""
        encode, media_type = choose_encoder(accept)
        return encode(self._registry), media_type

    def collect(self) -> Iterator[Metric]:
        """See `prometheus_client.registry.Collector`."""
        yield InfoMetricFamily(
            "cliprelay_build",
            "The program.",
            value={"version": version("cliprelay"), "python": platform.python_version()},
        )
        yield from self._work()
        yield from self._gateways()
        yield from self._platforms()
        room = self._engine.services.room
        yield GaugeMetricFamily(
            "cliprelay_disk_free_bytes",
            "Free space where there is the least of it: for the database, or for MEDIA_DIR.",
            value=room.free_bytes,
        )
        yield GaugeMetricFamily(
            "cliprelay_disk_least_bytes",
            "MIN_FREE_MB: with less free space than that, nothing new is ordered.",
            value=room.least_bytes,
        )

    def _work(self) -> Iterator[Metric]:
        open_ = self._engine.unfinished
        states = Counter(job.state for job in open_)
        yield _gauge(
            "cliprelay_jobs",
            "Jobs that have not ended, by state.",
            ("state",),
            {(state,): states[state] for state in OPEN},
        )
        queues = Counter(job.gateway for job in open_ if job.state is JobState.WAITING)
        yield _gauge(
            "cliprelay_queue_length",
            "Jobs that wait for their turn.",
            ("gateway",),
            {(name,): queues[name] for name in self._engine.services.endpoints},
        )
        yield GaugeMetricFamily(
            "cliprelay_answers",
            "Answers of chat models that are being given.",
            value=self._engine.answerer.open_answers,
        )
        labels = ("gateway", "model", "outcome")
        yield _counter(
            "cliprelay_jobs_ended",
            "Jobs that have ended.",
            labels,
            self._by_model(self._meters.jobs),
        )
        yield _counter(
            "cliprelay_answers_ended",
            "Answers of chat models that have ended.",
            labels,
            self._by_model(self._meters.answers),
        )
        charged = {(model,): credits_ for model, credits_ in self._meters.credits.items()}
        yield _counter(
            "cliprelay_credits_charged",
            "What people were charged, in the operator's unit.",
            ("gateway", "model"),
            self._by_model(charged),
        )

    def _gateways(self) -> Iterator[Metric]:
        took = HistogramMetricFamily(
            "cliprelay_job_stage_seconds",
            "How long jobs were in each of their stages, each attempt by itself.",
            labels=("gateway", "stage"),
        )
        for (gateway, stage), durations in self._meters.stages.items():
            names = (*(str(step) for step in STEPS), "+Inf")
            buckets = list(zip(names, accumulate(durations.counts), strict=True))
            took.add_metric((gateway, stage), buckets, durations.total)
        yield took
        yield _counter(
            "cliprelay_gateway_faults",
            "Attempts that have failed, by gateway and kind of failure.",
            ("gateway", "kind"),
            self._meters.faults,
        )
        rows = self._meters.streaks.items()
        yield _gauge(
            "cliprelay_gateway_failures_in_a_row",
            "How often a gateway has failed since it last succeeded.",
            ("gateway", "work"),
            {key: streak.failures for key, streak in rows},
        )

    def _platforms(self) -> Iterator[Metric]:
        down, writes = self._outages.down, self._meters.writes.items()
        yield _gauge(
            "cliprelay_platform_up",
            "Whether a chat platform can be used.",
            ("platform",),
            {(name,): float(name not in down) for name in self._outages.platforms},
        )
        yield _counter(
            "cliprelay_platform_writes",
            "Messages that were written (post) or changed (edit), or would have been.",
            ("platform", "kind"),
            {(name, kind): n for name, meter in writes for kind, n in meter.written.items()},
        )
        yield _counter(
            "cliprelay_platform_refusals",
            "How often a platform wanted a pause (429), by what it refused meanwhile.",
            ("platform", "scope"),
            {(name, scope): n for name, meter in writes for scope, n in meter.refused.items()},
        )
        yield _counter(
            "cliprelay_platform_paused_seconds",
            "The pauses that platforms wanted.",
            ("platform",),
            {(name,): meter.paused for name, meter in writes},
        )

    def _by_model(
        self, counts: Mapping[tuple[str, ...], float]
    ) -> Mapping[tuple[str, ...], float]:
        """With a label for the gateway, and none for what the catalog does not know."""
        found = dict[tuple[str, ...], float]()
        for (model, *others), count in counts.items():
            named = model if model in self._models else f"{_OTHER}/{_OTHER}"
            labels = (named.partition("/")[0], named, *others)
            found[labels] = found.get(labels, 0.0) + count
        return found


def _gauge(
    name: str, says: str, labels: tuple[str, ...], values: Mapping[tuple[str, ...], float]
) -> Metric:
    return _filled(GaugeMetricFamily(name, says, labels=labels), values)


def _counter(
    name: str, says: str, labels: tuple[str, ...], values: Mapping[tuple[str, ...], float]
) -> Metric:
    return _filled(CounterMetricFamily(name, says, labels=labels), values)


def _filled(
    family: GaugeMetricFamily | CounterMetricFamily, values: Mapping[tuple[str, ...], float]
) -> Metric:
    for labels, value in values.items():
        family.add_metric(labels, value)
    return family
