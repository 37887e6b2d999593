"""Which job has made what stands in a message of the bot's."""

from telegram import Message

from bots.telegram.incoming import ref_of
from bots.telegram.limits import ALBUM
from core.jobs import Job, JobStore
from core.media import Asset
from core.platform import MessageRef


def is_result(job: Job, message: MessageRef) -> bool:
    """Whether a message is what a job has posted, or a part of it."""
    if job.delivered is None or job.delivered.conversation.chat != message.conversation.chat:
        return False
    # An album has numbers in a row, and its buttons have the next one.
    first, count = int(job.delivered.id), len(job.delivered.files)
    return 0 <= int(message.id) - first < (count if count == 1 else count + 1)


def assets_at(job: Job, message: MessageRef) -> tuple[Asset, ...]:
    """What of a job's result stands in a message: one of an album; all above its buttons."""
    first = int(job.delivered.id) if job.delivered else 0
    place = int(message.id) - first
    return job.assets[place : place + 1] or job.assets


async def result_at(store: JobStore, message: Message) -> Job | None:
    """The job whose result a message of ours is, or a part of."""
    about = ref_of(message)
    # Only an album, and what has the buttons below it, can begin some numbers before.
    steps = ALBUM + 1 if message.media_group_id or message.reply_markup else 1
    ids = (str(int(about.id) - step) for step in range(steps))
    job = await store.posted_as(about.conversation, *ids)
    return job if job and is_result(job, about) else None
