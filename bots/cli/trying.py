"""`cliprelay try MODEL`: one real job, the cheapest there is, and all that was said on the way."""

import asyncio
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from functools import partial
from importlib.metadata import version
from itertools import product
from pathlib import Path
from time import strftime
from typing import cast, get_args

from PIL import Image

from bots.app import open_engine
from bots.console.file import KEPT, FileConversation, FilePlatform
from bots.console.ids import FILE
from bots.setup import Setup
from bots.transcript import GatewayTranscript, Line
from core.catalog import Model, refusals
from core.catalog.variants import Resolution
from core.commands import image, video
from core.commands.image import ImageOptions
from core.commands.video import VideoOptions
from core.engine.order import Order, new_id
from core.errors import OperatorError
from core.files.pictures import save_picture
from core.i18n import Locale, explain_fault
from core.jobs import Job
from core.media import SOME_PICTURE, Asset, MediaKind, MediaRequest
from core.options.grammar import parse
from core.platform import ConversationRef, User

_PROMPT = "a paper boat on a calm lake"
_SIDE = 1024
_COLOURS = ("steelblue", "darkorange", "seagreen")
_FACTS = frozenset({"mime", "width", "height", "seconds", "codec", "sound", "size_bytes"})


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialPlan:
    """What would be ordered, and what it would cost in credits (presets: about a US cent each)."""

    model: Model
    request: MediaRequest
    address: str

    @property
    def credits(self) -> int:
        return self.model.credits_for(self.request)

    def __str__(self) -> str:
        request, price = self.request, self.credits
        options = (
            self.model.key,
            request.ratio,
            f"{request.seconds} s" if request.seconds else None,
            request.resolution,
            {True: "with sound", False: "silent", None: None}[request.sound],
            "fast" if request.fast else None,
            f"{len(request.images)} plain picture(s)" if request.images else None,
        )
        return (
            f"{' · '.join(option for option in options if option)}\n"
            f"“{request.prompt}”\n"
            f"at {self.address}, for about {price} credits (in the presets a credit is a US cent)"
        )


def plan(setup: Setup, name: str, text: str) -> TrialPlan:
    """The cheapest order for that model, or what the text asks of it.

    Raises:
        UserError: there is no such model, or it cannot do that.
    """
    catalog = setup.catalog
    model = catalog.named(name)[0]
    if text:
        asked = replace(_asked(model, text), model=model.key)
        model = catalog.choose(asked)
        request = model.complete(asked)
    else:
        request = cheapest(model)
    endpoint = setup.endpoints.get(model.gateway)
    return TrialPlan(
        model=model, request=request, address=endpoint.root if endpoint else "the sandbox"
    )


def _asked(model: Model, text: str) -> MediaRequest:
    pictures = (SOME_PICTURE,) * model.images.min
    if model.kind is MediaKind.IMAGE:
        return image.request_of(parse(text, ImageOptions), pictures)
    return video.request_of(parse(text, VideoOptions), pictures)


def cheapest(model: Model) -> MediaRequest:
    """The least that can be asked of it: of what costs the same, the shortest and smallest."""
    return min(_requests(model), key=partial(_effort, model))


def _effort(model: Model, request: MediaRequest) -> tuple[int, int, int]:
    words = get_args(Resolution)
    word = request.resolution
    return model.credits_for(request), request.seconds or 0, words.index(word) if word else 0


def _requests(model: Model) -> Iterator[MediaRequest]:
    """What can be asked of it, each said completely."""
    lengths = model.lengths or (None,)
    sounds = (False, None) if model.tells_sound else (None,)
    speeds = (False, True) if model.fast == "option" else (False,)
    words = (None, *model.resolutions)
    for seconds, resolution, sound, fast in product(lengths, words, sounds, speeds):
        request = MediaRequest(
            prompt=_PROMPT,
            kind=model.kind,
            model=model.key,
            images=(SOME_PICTURE,) * model.images.min,
            seconds=seconds,
            resolution=resolution,
            sound=sound,
            fast=fast,
        )
        if not refusals(model, request):
            yield model.complete(request)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What became of it."""

    job: Job
    paths: tuple[Path, ...]
    transcript: Path


async def attempt(
    setup: Setup, wanted: TrialPlan, folder: Path, locale: Locale, say: Callable[[str], None]
) -> Trial:
    """Order it once, and write down what was said.

    Raises:
        OperatorError: the installation or the folder cannot be used; nothing was paid.
    """
    job_id = new_id()
    name = f"try-{wanted.model.gateway}-{wanted.model.name}-{strftime('%Y%m%d-%H%M%S')}"
    path = folder / f"{name}.jsonl"
    transcript = GatewayTranscript(path, told=lambda line: say(spoken(line)))
    try:
        transcript.add(_head(wanted))  # before anything is paid
    except OSError as error:
        raise OperatorError(f"{path}: {error.strerror}") from error
    platform = FilePlatform(lambda _: None)
    async with open_engine(setup, {FILE: platform}, transcript) as engine:
        services = engine.services
        transcript.root = services.endpoint(wanted.model).root
        images = await _pictures(wanted.request, services.folder(job_id))
        conversation = ConversationRef(platform=FILE, chat=KEPT)
        order = Order(
            id=job_id,
            request=replace(wanted.request, images=images, model=wanted.model.key),
            user=User(platform=FILE, id="local"),
            locale=locale,
            conversation=conversation,
        )
        await engine.submit(order)
        await engine.idle()
        job = await services.store.get(job_id)
    if job is None:
        raise OperatorError(f"Job {job_id} has disappeared from the database.")
    transcript.add(_outcome(job, locale, transcript))
    written = FileConversation(conversation, lambda _: None).paths(job.assets)
    return Trial(job=job, paths=tuple(written) if job.delivered else (), transcript=path)


async def _pictures(request: MediaRequest, folder: Path) -> tuple[Asset, ...]:
    """As many pictures as it needs: plain ones, which no filter minds."""
    count = len(request.images)
    paths = await asyncio.to_thread(_draw, folder, count)
    return tuple([await save_picture(p, folder, f"in-{n}") for n, p in enumerate(paths, 1)])


def _draw(folder: Path, count: int) -> list[Path]:
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"plain-{number}.png" for number in range(1, count + 1)]
    for number, path in enumerate(paths):
        Image.new("RGB", (_SIDE, _SIDE), _COLOURS[number % len(_COLOURS)]).save(path)
    return paths


def _head(wanted: TrialPlan) -> Mapping[str, object]:
    request = wanted.request
    return {
        "cliprelay": version("cliprelay"),
        "date": strftime("%Y-%m-%d"),
        "model": wanted.model.key,
        "dialect": wanted.model.dialect,
        "stanza": wanted.model.model_dump(mode="json", exclude_defaults=True),
        "asked": {
            "prompt": request.prompt,
            "ratio": request.ratio,
            "seconds": request.seconds,
            "resolution": request.resolution,
            "sound": request.sound,
            "fast": request.fast,
            "images": len(request.images),
        },
    }


def _outcome(job: Job, locale: Locale, transcript: GatewayTranscript) -> Mapping[str, object]:
    fault = job.fault
    return {
        "outcome": {
            "state": job.state.value,
            "links": [transcript.shortened(url) for asset in job.results for url in asset.urls],
            "media": [
                {name: value for name, value in asdict(asset).items() if name in _FACTS}
                for asset in job.assets
            ],
            "fault": fault
            and {
                "kind": fault.kind.value,
                "http_status": fault.http_status,
                "maybe_billed": fault.maybe_billed,
                "reason": fault.reason,
                "detail": fault.detail,
                "told": explain_fault(locale, fault, job.request.kind),
            },
        }
    }


def spoken(line: Line) -> str:
    """One exchange for a terminal."""
    request, response = (cast("Line", line[name]) for name in ("request", "response"))
    return (
        f"{line['at']:>7} s  {request['method']} {request['url']}{_told(request)}\n"
        f"           {response['status']}{_told(response)}"
    )


def _told(side: Line) -> str:
    body = side.get("body")
    return "" if body is None else f"  {json.dumps(body, ensure_ascii=False)}"


def report(trial: Trial, locale: Locale) -> Iterator[str]:
    """What the bot made of it, in some lines."""
    job = trial.job
    if job.fault:
        yield from explain_fault(locale, job.fault, job.request.kind)
        billed = "may have been billed" if job.fault.maybe_billed else "was not billed"
        yield f"({job.fault.kind.value}; the bot holds that it {billed})"
    for asset in job.assets:
        length = f", {asset.seconds:g} s" if asset.seconds else ""
        yield f"{asset.mime}, {asset.width}x{asset.height}{length}, {asset.size_bytes:,} bytes"
    yield from map(str, trial.paths)
    yield f"Transcript, without secrets: {trial.transcript}"
