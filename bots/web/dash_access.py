"""Who may use the bot, by whose word; and all that admins have done."""

import re
from typing import TYPE_CHECKING

from bots.web.rendering import moment
from core.commands.audit import words_of
from core.invocation import IdFormat
from core.people.access import Verdict

if TYPE_CHECKING:
    from starlette.responses import Response

    from bots.web.signed_in import SignedIn, Visit

_SHOWN = 50
_CHARS = 1000
# As large as databases count, and no larger.
_NUMBER = re.compile(r"[0-9]{1,9}")
_VERDICTS = {
    "": "dash-all",
    Verdict.ALLOWED: "dash-allowed",
    Verdict.DENIED: "dash-denied",
    Verdict.BANNED: "dash-banned",
    Verdict.KEPT_OUT: "dash-kept-out",
}


class AccessPages:
    """See the module."""

    def __init__(self, signed_in: "SignedIn") -> None:
        self._signed_in = signed_in

    async def show(self, visit: "Visit") -> "Response":
        """The rules, a page of them, with forms to change them."""
        access, asked = self._signed_in.engine.services.access, visit.request.query_params
        said = asked.get("which", "")
        which = Verdict(said) if said in list(Verdict) else None
        beginning, after = _clean(asked.get("id", "")), _clean(asked.get("after", ""))
        # One more than is shown says whether there are others.
        found = await access.store.decided(
            which,
            limit=_SHOWN + 1,
            beginning=beginning,
            after=_after(after),
        )
        shown = found[:_SHOWN]
        return self._signed_in.page(
            visit,
            "dash-access.html",
            admins=sorted(access.policy.admins),
            has_terminals=bool(access.policy.terminals),
            chats=sorted(access.policy.allowed_chats),
            rules=[(rule, moment(rule.at) if rule.at else "") for rule in shown],
            verdicts=_VERDICTS,
            which=which or "",
            beginning=beginning,
            later=" ".join(shown[-1].key) if len(found) > _SHOWN else "",
        )

    async def show_audit(self, visit: "Visit") -> "Response":
        """What admins have done, the newest first, a page of it."""
        audit, asked = self._signed_in.engine.services.audit, visit.request.query_params
        said = _clean(asked.get("words", ""))
        words = words_of(said, IdFormat())
        before = asked.get("before", "")
        number = int(before) if _NUMBER.fullmatch(before) else 0
        acts = await audit.latest(_SHOWN + 1, words, number)
        shown = acts[:_SHOWN]
        return self._signed_in.page(
            visit,
            "dash-audit.html",
            acts=[(act, moment(act.at)) for act in shown],
            words=said,
            earlier=shown[-1].number if len(acts) > _SHOWN else 0,
        )


def _clean(said: str) -> str:
    """What was typed, without what no database finds."""
    return said.replace("\0", "").strip()[:_CHARS]


def _after(said: str) -> tuple[str, str, str] | None:
    match said.split(" "):
        case [platform, kind, id_]:
            return platform, kind, id_
        case _:
            return None
