"""What is done from the dashboard: the same commands as in a chat, of which these may be sent."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bots.web.outcomes import FormOutcome
from core.i18n import translate
from core.jobs import Job

if TYPE_CHECKING:
    from starlette.responses import Response

    from bots.web.signed_in import SignedIn, Visit
    from core.platform import ConversationRef

_NO_SUCH = 404
# These answer in the job's chat, and so by no words of their own.
_SILENT = {"cancel": "dash-done-cancel", "retry": "dash-done-retry"}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Action:
    """Which fields a form may have, and which it has to have: without them others are meant."""

    needs: tuple[str, ...] = ()
    takes: tuple[str, ...] = ()


_ACTIONS: Mapping[str, _Action] = {
    "cancel": _Action(needs=("job",)),
    "retry": _Action(needs=("job",)),
    "allow": _Action(needs=("id",), takes=("kind",)),
    "deny": _Action(needs=("id",), takes=("kind",)),
    "ban": _Action(needs=("id",), takes=("kind",)),
    "grant": _Action(needs=("id", "credits")),
    "pause": _Action(takes=("minutes", "prompt")),
    "resume": _Action(),
    "aside": _Action(needs=("model",), takes=("minutes",)),
    "unaside": _Action(needs=("model",)),
}


class Actions:
    """See the module."""

    def __init__(self, signed_in: "SignedIn") -> None:
        self._signed_in = signed_in

    async def do(self, visit: "Visit") -> "Response":
        """Do what a form asks for; the page that it was on tells the command's own answer."""
        command = visit.request.path_params["command"]
        action = _ACTIONS.get(command)
        if action is None:
            return self._signed_in.says(visit, "dash-no-such", _NO_SUCH)
        said = {name: value.strip() for name, value in visit.form.items()}
        given = {name: said[name] for name in (*action.needs, *action.takes) if said.get(name)}
        if any(name not in given for name in action.needs):
            return self._back(visit, translate(visit.locale, "dash-incomplete"), is_done=False)
        answer = await self._signed_in.do(visit, command, given, await self._place(visit, given))
        otherwise = _SILENT.get(command, "") if answer.done else "dash-nothing-done"
        text = answer.view.text if answer.view else translate(visit.locale, otherwise)
        return self._back(visit, text, is_done=answer.done)

    async def _place(self, visit: "Visit", given: Mapping[str, str]) -> "ConversationRef | None":
        """Where it counts: a job of one's own goes where it was ordered, as others' do."""
        job = await self._job(given.get("job", ""))
        is_own = job is not None and job.user.party == visit.session.user.party
        return job.conversation if job and is_own else None

    async def _job(self, job_id: str) -> Job | None:
        return await self._signed_in.engine.services.store.get(job_id) if job_id else None

    def _back(self, visit: "Visit", text: str, *, is_done: bool) -> "Response":
        return self._signed_in.back(visit, FormOutcome(text=text, is_done=is_done))
