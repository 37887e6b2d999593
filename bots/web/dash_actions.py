"""What is done from the dashboard: the same commands as in a chat, of which these may be sent."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.jobs import Job

if TYPE_CHECKING:
    from starlette.responses import Response

    from bots.web.signed_in import SignedIn, Visit
    from core.platform import ConversationRef

_DONE, _NO_SUCH, _REFUSED = 200, 404, 409
_BACK = {"now": "", **{name: name for name in ("gateways", "spending", "access", "audit")}}
# These answer in the job's chat, and so by no words of their own.
_SILENT = {"cancel": "dash-done-cancel", "retry": "dash-done-retry"}
_JOB = re.compile(r"[0-9a-z]{1,32}")


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
        """Do what a form asks for, and show the command's own answer."""
        command = visit.request.path_params["command"]
        action = _ACTIONS.get(command)
        if action is None:
            return self._said(visit, "", "dash-no-such", _NO_SUCH)
        said = {name: value.strip() for name, value in visit.form.items()}
        given = {name: said[name] for name in (*action.needs, *action.takes) if said.get(name)}
        if any(name not in given for name in action.needs):
            return self._said(visit, command, "dash-incomplete", _REFUSED)
        answer = await self._signed_in.do(visit, command, given, await self._place(visit, given))
        text = answer.view.text if answer.view else ""
        if answer.done:
            return self._said(visit, command, _SILENT.get(command, ""), _DONE, text)
        return self._said(visit, command, "dash-nothing-done", _REFUSED, text)

    async def _place(self, visit: "Visit", given: Mapping[str, str]) -> "ConversationRef | None":
        """Where it counts: a job of one's own goes where it was ordered, as others' do."""
        job = await self._job(given.get("job", ""))
        is_own = job is not None and job.user.party == visit.session.user.party
        return job.conversation if job and is_own else None

    async def _job(self, job_id: str) -> Job | None:
        return await self._signed_in.engine.services.store.get(job_id) if job_id else None

    def _said(
        self, visit: "Visit", command: str, why: str, status: int, text: str = ""
    ) -> "Response":
        back, path = _way_back(visit.form)
        answer = self._signed_in.page(
            visit,
            "dash-done.html",
            command=command,
            why=why,
            text=text,
            is_done=status == _DONE,
            back=back,
            path=path,
        )
        answer.status_code = status
        return answer


def _way_back(form: Mapping[str, str]) -> tuple[str, str]:
    """A page that there is, by its name, and where it is in the dashboard's folder."""
    back, job = form.get("back", ""), form.get("job", "")
    if back == "job" and _JOB.fullmatch(job):
        return back, f"jobs/{job}"
    return (back, _BACK[back]) if back in _BACK else ("now", "")
