"""One's own finished videos in any chat: inline mode, without another upload."""

from collections.abc import Sequence

from telegram import (
    InlineQuery,
    InlineQueryResultCachedDocument,
    InlineQueryResultCachedMpeg4Gif,
    InlineQueryResultCachedPhoto,
    InlineQueryResultCachedVideo,
    InlineQueryResultsButton,
)

from bots.telegram.incoming import person
from core.commands import DEFAULT
from core.i18n import Locale, translate
from core.jobs import Job, JobState, JobStore
from core.messages.wording import wish
from core.platform import User
from core.services import Services

Result = (
    InlineQueryResultCachedDocument
    | InlineQueryResultCachedMpeg4Gif
    | InlineQueryResultCachedPhoto
    | InlineQueryResultCachedVideo
)
_REMEMBERED = 200
_SHOWN = 50
_CACHE_SECONDS = 5


async def answer_inline(services: Services, query: InlineQuery, locale: Locale) -> None:
    """List the videos of who types that fit what is typed, newest first.

    Telegram does not say where that is, so only who is denied everywhere gets none.
    """
    user = person(query.from_user)
    is_denied = await services.access.denies(user)
    jobs = () if is_denied else await _finished(services.store, user)
    results = [result for job in jobs if fits(job, query.query) for result in results_of(job)]
    why = translate(locale, "share-denied" if is_denied else "share-none")
    none = InlineQueryResultsButton(why, start_parameter=DEFAULT)
    await query.answer(
        results[:_SHOWN],
        cache_time=_CACHE_SECONDS,
        is_personal=True,
        button=None if results else none,
    )


def fits(job: Job, typed: str) -> bool:
    """Whether all typed words are in the prompt or the model's name, or begin the job's id."""
    said = f"{job.request.prompt} {job.model}".casefold()
    return all(word in said or job.id.startswith(word) for word in typed.casefold().split())


def results_of(job: Job) -> list[Result]:
    """A result for each of the media. What is shared says nothing about a private job."""
    if job.delivered is None:
        return []
    model, prompt = job.model_name, wish(job)
    caption = None if job.request.private else f"{model} · {prompt}"
    return [
        result
        for number, file in enumerate(job.delivered.files, 1)
        if (result := _result(f"{job.id}:{number}", file, prompt, model, caption))
    ]


def _result(id_: str, file: str, title: str, model: str, caption: str | None) -> Result | None:
    """What fits the file: for one result that does not, Telegram refuses all of them."""
    kind, _, file_id = file.partition(":")
    match kind:
        case "video":
            return InlineQueryResultCachedVideo(
                id_, file_id, title, description=model, caption=caption
            )
        case "photo":
            return InlineQueryResultCachedPhoto(
                id_, file_id, title=title, description=model, caption=caption
            )
        case "animation":
            return InlineQueryResultCachedMpeg4Gif(id_, file_id, title=title, caption=caption)
        case "document":
            return InlineQueryResultCachedDocument(
                id_, title, file_id, description=model, caption=caption
            )
        case _:
            return None


async def _finished(store: JobStore, user: User) -> Sequence[Job]:
    jobs = await store.of_user(user, limit=_REMEMBERED)
    return [
        job for job in jobs if job.state is JobState.DONE and job.delivered and job.delivered.files
    ]
