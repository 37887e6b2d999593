"""How a model is shown a video: the file itself, an address to fetch it from, or some frames."""

from collections.abc import AsyncGenerator, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from core.catalog import ChatModel
from core.files.videos import frames_of
from core.i18n import Locale, translate
from core.media import Asset, MediaKind
from core.messages.wording import clock
from core.services import Services
from core.talk import Asked, MediaLink, Question

_Instead = Mapping[Asset, Sequence[Asset | MediaLink]]

# In base64 it grows by a third, and 20 MB is the most that all gateways take.
_INLINE_BYTES = 14_000_000
# The gateway fetches it at once; a busy one later.
_LENT_SECONDS = 1800.0
_MINUTE = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """A question as it is put to the models that it suits.

    Attributes:
        note: what the person is told about it.
    """

    question: Question
    suits: Callable[[ChatModel], bool]
    note: str = ""


async def ways_to_show(
    services: Services, question: Question, locale: Locale
) -> AsyncGenerator[Way]:
    """All ways to put a question with what there is to see in it, the best first."""
    videos = [each for each in _assets(question) if each.kind is MediaKind.VIDEO]
    if not question.has(MediaKind.VIDEO):
        yield Way(question=question, suits=lambda _: True)
        return
    if not videos:  # only addresses, which somebody has typed
        yield Way(question=question, suits=lambda model: model.video != "no")
        yield Way(
            question=_replaced(question, {}),
            suits=lambda _: True,
        )
        return
    if sum(video.size_bytes for video in videos) <= _INLINE_BYTES:
        yield Way(question=question, suits=lambda model: model.video == "inline")
    links = {video: _lent(services, video) for video in videos}
    if all(links.values()):
        linked = _replaced(question, links)
        yield Way(question=linked, suits=lambda model: model.video != "no")
    frames = {video: await frames_of(video) for video in videos}
    pictures = {video: tuple(picture for _, picture in found) for video, found in frames.items()}
    moments = ", ".join(_moment(second) for found in frames.values() for second, _ in found)
    told = f"The pictures are moments of a video, at {moments}."
    shown = _replaced(replace(question, system=f"{question.system}\n{told}"), pictures)
    note = translate(locale, "answer-frames", moments=moments)
    yield Way(question=shown, suits=lambda _: True, note=note)


def _moment(second: float) -> str:
    return clock(second) if second >= _MINUTE else f"{second:.1f} s"


def _lent(services: Services, video: Asset) -> tuple[MediaLink, ...]:
    url = services.links.lend(video.path, _LENT_SECONDS)
    return (MediaLink(kind=video.kind, url=url, mime=video.mime),) if url else ()


def _assets(question: Question) -> Iterator[Asset]:
    return (each for each in question.media if isinstance(each, Asset))


def _replaced(question: Question, instead: _Instead) -> Question:
    """With something else in the place of each video; with nothing where there is nothing."""

    def shown(each: Asset | MediaLink) -> Sequence[Asset | MediaLink]:
        if each.kind is MediaKind.IMAGE:
            return (each,)
        return instead.get(each, ()) if isinstance(each, Asset) else ()

    turns = (
        replace(turn, media=tuple(other for each in turn.media for other in shown(each)))
        if isinstance(turn, Asked)
        else turn
        for turn in question.turns
    )
    return replace(question, turns=tuple(turns))
