"""/discard: one result goes, with its files and its links; what it has cost stays in the books."""

from core.commands.command import Audience, Command, Context, ResultOptions
from core.errors import UserError
from core.i18n import translate
from core.platform import View


async def discard(context: Context, _: ResultOptions) -> View:
    """Delete a job of one's own that has ended."""
    job = context.job
    if job is None:
        raise UserError("discard-gone")
    # Asked once more by the row itself: it may be tried again just now.
    if not await context.engine.keeper.discard(job.user.party, job.id):
        raise UserError("discard-open")
    return View(text=translate(context.locale, "discard-done"))


# Who has lost access still decides what is kept of them.
DISCARD = Command(
    name="discard",
    options=ResultOptions,
    run=discard,
    audience=Audience.ANYBODY,
    is_typed=False,
    job="of",
    result="of",
    personal=True,
)
