"""/audit: what admins have done of late."""

from datetime import UTC, datetime

from core.commands.command import Audience, Command, Context, NoOptions
from core.commands.parties import check_alone
from core.i18n import translate
from core.people.audit import Act
from core.platform import View

_SHOWN = 20


async def audit(context: Context, _: NoOptions) -> View:
    """List the last things that admins have done, the newest first."""
    check_alone(context)
    acts = await context.services.audit.latest(_SHOWN)
    lines = [_line(context, act) for act in acts]
    return View(text="\n".join(lines or [translate(context.locale, "audit-none")]))


def _line(context: Context, act: Act) -> str:
    at = datetime.fromtimestamp(act.at, UTC).strftime("%Y-%m-%d %H:%M")
    what = " ".join(filter(None, (f"/{act.command}", act.about, act.what)))
    return translate(
        context.locale, "audit-line", at=at, by=str(act.by), what=what, chat=str(act.place)
    )


AUDIT = Command(
    name="audit", options=NoOptions, run=audit, audience=Audience.ADMINS, personal=True
)
