"""One's own finished videos in any chat: inline mode, without another upload."""

from collections.abc import Sequence

from telegram import (
    InlineQuery,
    InlineQueryResultCachedPhoto,
    InlineQueryResultCachedVideo,
    InlineQueryResultsButton,
)

from bots.telegram.incoming import person
from core.chat import Button, MessageRef, User, View
from core.engine import Engine
from core.errors import UserError
from core.i18n import Locale, translate
from core.jobs import Job, JobState
from core.media import MediaKind
from core.progress import excerpt

Result = InlineQueryResultCachedPhoto | InlineQueryResultCachedVideo
_REMEMBERED = 200
_SHOWN = 50
_CACHE_SECONDS = 5


async def answer_inline(engine: Engine, query: InlineQuery, locale: Locale) -> None:
    """List the videos of who types that fit what is typed, newest first."""
    jobs = await _finished(engine, person(query.from_user))
    results = [result for job in jobs if fits(job, query.query) for result in results_of(job)]
    none = InlineQueryResultsButton(translate(locale, "share-none"), start_parameter="video")
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
    model, prompt = job.model.partition("/")[2], excerpt(job.request.prompt)
    caption = None if job.request.private else f"{model} · {prompt}"
    named = [(f"{job.id}:{n}", file) for n, file in enumerate(job.delivered.files, 1)]
    if job.request.kind is MediaKind.IMAGE:
        return [
            InlineQueryResultCachedPhoto(
                name, file, title=prompt, description=model, caption=caption
            )
            for name, file in named
        ]
    return [
        InlineQueryResultCachedVideo(name, file, prompt, description=model, caption=caption)
        for name, file in named
    ]


async def offer(
    engine: Engine, user: User, about: MessageRef | None, locale: Locale, *, inline: bool
) -> View:
    """What /share answers: the button for the video that is replied to, or for the last one.

    Raises:
        UserError: there is nothing to share, or the operator has not switched inline mode on.
    """
    if not inline:
        raise UserError("share-off")
    jobs = [job for job in await _finished(engine, user) if _is_about(job, about)]
    if not jobs:
        raise UserError("share-nothing")
    button = Button(label=translate(locale, "button-share"), command="share", argument=jobs[0].id)
    return View(text=translate(locale, "share-how"), buttons=(button,))


def _is_about(job: Job, about: MessageRef | None) -> bool:
    if about is None or job.delivered is None:
        return about is None
    chat = job.delivered.conversation.chat
    return (chat, job.delivered.id) == (about.conversation.chat, about.id)


async def _finished(engine: Engine, user: User) -> Sequence[Job]:
    jobs = await engine.jobs_of(user, limit=_REMEMBERED)
    return [
        job for job in jobs if job.state is JobState.DONE and job.delivered and job.delivered.files
    ]
