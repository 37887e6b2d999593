"""What each gateway does: its state, its faults, how long it takes, what is set aside there."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bots.web.rendering import moment
from core.commands.aside import told_aside
from core.engine.gateways import GatewayState, gateway_states
from core.i18n import Locale, translate
from core.i18n.numerals import number
from core.jobs import OPEN, Expense, Outcomes, days_back
from core.messages.wording import clock
from core.people.pause import Pause

if TYPE_CHECKING:
    from starlette.responses import Response

    from bots.web.signed_in import SignedIn, Visit

_DAYS = 30
_FAULTS = 8
_STATES = {"works": "dash-works", "faulty": "dash-faulty", "unknown": "dash-unasked"}
_STAGES = {
    "waiting": "dash-stage-waiting",
    "submitting": "dash-stage-submitting",
    "running": "dash-stage-running",
    "delivering": "dash-stage-delivering",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shown:
    """A gateway as the template has it; times are said."""

    state: GatewayState
    standing: str
    said: str
    aside: Sequence[tuple[str, str, str]]
    faults: Sequence[tuple[Outcomes, str]]
    stages: Sequence[tuple[str, str]]
    models: Sequence[tuple[str, str]]
    charged: Sequence[tuple[str, str, int]]


class GatewayPage:
    """See the module."""

    def __init__(self, signed_in: "SignedIn") -> None:
        self._signed_in = signed_in

    async def show(self, visit: "Visit") -> "Response":
        """All gateways, with forms to set models aside and to pause."""
        engine = self._signed_in.engine
        services = engine.services
        states = await gateway_states(engine)
        since = days_back(_DAYS, time.time())
        outcomes = await services.store.outcomes(since)
        medians = await services.store.medians({each.model for each in outcomes})
        spent = await services.store.spent(since)
        shown = [self._shown(visit.locale, state, medians, spent) for state in states]
        ours = services.endpoints.keys()
        models = sorted(m.key for m in services.catalog.data.served if m.gateway in ours)
        return self._signed_in.page(
            visit,
            "dash-gateways.html",
            gateways=shown,
            days=_DAYS,
            models=models,
            pause=told_pause(services.pauses.current),
        )

    def _shown(
        self,
        locale: Locale,
        state: GatewayState,
        medians: Mapping[str, float],
        spent: Sequence[Expense],
    ) -> _Shown:
        cooldown = self._signed_in.engine.services.catalog.cooldown
        standing = "faulty" if state.failures else "works" if state.works else "unknown"
        said = translate(
            locale, _STATES[standing], count=state.failures, fault=state.failing or "-"
        )
        return _Shown(
            state=state,
            standing=standing,
            said=said,
            aside=[
                (key, told_aside(locale, cooldown, key), aside.by)
                for key, aside in state.aside.items()
            ],
            faults=[(each, moment(each.last_at)) for each in state.faults[:_FAULTS]],
            stages=list(_stages(locale, state)),
            models=[
                (key, clock(seconds))
                for key, seconds in sorted(medians.items())
                if key.partition("/")[0] == state.name
            ],
            charged=[
                (number(each.cost.amount), each.cost.unit, each.jobs)
                for each in spent
                if each.gateway == state.name
            ],
        )


def told_pause(pause: Pause | None) -> Mapping[str, str] | None:
    """The pause of now as pages say it: until when, and with which words."""
    if pause is None:
        return None
    return {"until": "" if pause.until is None else moment(pause.until), "text": pause.text}


def _stages(locale: Locale, state: GatewayState) -> Sequence[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for stage in map(str, OPEN):
        if durations := state.stages.get(stage):
            middle = durations.middle
            key = "dash-long" if middle is None else "dash-up-to"
            said = translate(locale, key, seconds=clock(middle or 0.0))
            found.append((translate(locale, _STAGES[stage]), said))
    return found
