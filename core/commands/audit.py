"""/audit: what admins have done of late."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated

from pydantic import BaseModel, Field

from core.commands.command import Audience, Command, Context
from core.commands.parties import check_alone
from core.i18n import translate
from core.invocation import IdFormat
from core.options.options import OPTIONS_CONFIG
from core.people.audit import Act
from core.platform import View
from core.redact import one_line

_SHOWN = 20


class AuditOptions(BaseModel):
    """What has to stand in a line: commands, ids of people and chats; else all are shown."""

    model_config = OPTIONS_CONFIG

    prompt: Annotated[str, Field(max_length=300, description="option-audit")] = ""


async def audit(context: Context, options: AuditOptions) -> View:
    """List the last things that admins have done, the newest first."""
    check_alone(context)
    words = words_of(options.prompt, context.invocation.ids)
    acts = await context.services.audit.latest(_SHOWN, words)
    none = "audit-none-such" if words else "audit-none"
    lines = [_line(context, act) for act in acts]
    return View(text="\n".join(lines or [translate(context.locale, none)]))


def words_of(said: str, ids: IdFormat) -> Sequence[str]:
    """What has to stand in a line, as `AuditStore.latest` takes it."""
    return [ids.mentioned(word) or word.removeprefix("/") for word in said.split()]


def _line(context: Context, act: Act) -> str:
    at = datetime.fromtimestamp(act.at, UTC).strftime("%Y-%m-%d %H:%M")
    # Who runs a chat chooses some of these words.
    what = one_line(" ".join((f"/{act.command}", act.about, act.what)))
    return translate(
        context.locale, "audit-line", at=at, by=str(act.by), what=what, chat=str(act.place)
    )


AUDIT = Command(
    name="audit", options=AuditOptions, run=audit, audience=Audience.ADMINS, personal=True
)
