"""What each gateway does for us, as this process and the database know it; nobody is asked."""

import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.catalog.cooldown import Aside
from core.engine.engine import Engine
from core.jobs import Outcomes, days_back
from core.meters import Durations

_FAULT_DAYS = 7
_WORKS = ("job", "answer")


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayState:
    """What one gateway does.

    Attributes:
        running, waiting: jobs of this process.
        failures: how many attempts in a row have failed; 0 where none has, or nobody has asked.
        failing: how the last of them has.
        works: whether the last attempt of any kind has succeeded.
        aside: models that are set aside, by full key.
        faults: those of the last seven days in UTC by model and kind, the latest first.
        stages: how long jobs were in each of their stages, since this process has started.
    """

    name: str
    running: int
    waiting: int
    failures: int
    failing: str
    works: bool
    aside: Mapping[str, Aside]
    faults: Sequence[Outcomes]
    stages: Mapping[str, Durations]


async def gateway_states(engine: Engine) -> Sequence[GatewayState]:
    """All gateways that are set up, by name. Raises StorageError."""
    outcomes = await engine.services.store.outcomes(days_back(_FAULT_DAYS, time.time()))
    faults = defaultdict[str, list[Outcomes]](list)
    for each in sorted(outcomes, key=lambda each: -each.last_at):
        if each.fault:
            faults[each.gateway].append(each)
    return [_state(engine, name, faults[name]) for name in sorted(engine.services.endpoints)]


def _state(engine: Engine, name: str, faults: Sequence[Outcomes]) -> GatewayState:
    catalog, meters = engine.services.catalog, engine.services.meters
    ours = [job for job in engine.unfinished if job.gateway == name]
    waiting = sum(bool(engine.position(job)) for job in ours)
    streaks = [streak for work in _WORKS if (streak := meters.streaks.get((name, work)))]
    worst = max(streaks, key=lambda streak: streak.failures, default=None)
    models = (model.key for model in catalog.data.served if model.gateway == name)
    return GatewayState(
        name=name,
        running=len(ours) - waiting,
        waiting=waiting,
        failures=worst.failures if worst else 0,
        failing=worst.kind if worst else "",
        works=any((name, work) in meters.working for work in _WORKS),
        aside={key: aside for key in models if (aside := catalog.cooldown.get(key))},
        faults=faults,
        stages={
            stage: found for (gateway, stage), found in meters.stages.items() if gateway == name
        },
    )
