"""What a job is about, in words: its model and options, its prompt, its times. All pure."""

from core.catalog import Catalog, Model
from core.i18n import Locale, translate
from core.jobs import Job
from core.media import MediaRequest
from core.storyboard import read_shots

_EXCERPT_CHARS = 80


def describe_request(job: Job, model: Model) -> str:
    """The model and the options in one line."""
    request, locale = job.request, Locale(job.locale)
    parts = [
        model.name,
        request.ratio,
        _seconds(locale, request.seconds),
        request.resolution,
        _sound(locale, request, model),
        translate(locale, "option-word-fast") if request.fast else None,
        f"x{request.count}" if request.count > 1 else None,
        translate(locale, "option-word-private") if request.private else None,
        translate(locale, "pictures", count=len(request.images)) if request.images else None,
    ]
    return " · ".join(part for part in parts if part)


def _sound(locale: Locale, request: MediaRequest, model: Model) -> str | None:
    """Told where it could be otherwise: it may be what the price depends on."""
    if request.sound is None or not model.tells_sound:
        return None
    return translate(locale, "option-word-sound" if request.sound else "option-word-silent")


def unmet(job: Job, model: Model) -> list[str]:
    """Where the result differs from the user's defaults."""
    request, locale = job.request, Locale(job.locale)
    if request.unmet is None:
        return []
    notes: list[str] = []
    if asked := request.unmet.model:
        notes.append(translate(locale, "note-unmet-model", asked=asked, model=model.name))
    for asked, made in (
        (request.unmet.ratio, request.ratio),
        (_seconds(locale, request.unmet.seconds), _seconds(locale, request.seconds)),
    ):
        if asked and asked != made:
            instead = {"asked": asked, "model": model.name, "made": made or "none"}
            notes.append(translate(locale, "note-unmet", **instead))
    return notes


def doubt(locale: Locale, catalog: Catalog, model: Model) -> str:
    """What speaks against a model that is used all the same; "" where nothing does."""
    if model.until and catalog.has_ended(model):
        return translate(locale, "note-ended", model=model.name, until=model.until.isoformat())
    if catalog.listed.lacks(model):
        return translate(locale, "note-unlisted", model=model.name, gateway=model.gateway)
    return ""


def _seconds(locale: Locale, seconds: int | None) -> str | None:
    return translate(locale, "seconds", seconds=seconds) if seconds else None


def wish(job: Job) -> str:
    """The beginning of the prompt, on one line."""
    return excerpt(" ".join(told(job)))


def told(job: Job) -> list[str]:
    """The prompt; of a storyboard the shots, in the user's words and not in the gateway's."""
    if not job.request.has_shots:
        return [job.request.prompt]
    return [
        translate(
            Locale(job.locale),
            "storyboard-line",
            number=number,
            seconds=f"{shot.seconds:g}",
            scene=shot.scene,
        )
        for number, shot in enumerate(read_shots(job.request.prompt), 1)
    ]


def excerpt(prompt: str) -> str:
    """The beginning of a text, on one line."""
    line = " ".join(prompt.split())
    return line if len(line) <= _EXCERPT_CHARS else line[: _EXCERPT_CHARS - 1] + "…"


def clock(seconds: float) -> str:
    """Seconds as m:ss, or h:mm:ss."""
    whole = max(round(seconds), 0)
    minutes, rest = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
