"""One video from the command line: `cliprelay generate "portrait 15s a cat" -o cat.mp4`."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn

from bots.app import open_engine
from bots.console.file import KEPT, FileConversation, FilePlatform
from bots.console.ids import FILE
from bots.setup import Setup
from core.commands.video import VideoOptions, request_of
from core.engine.order import Order, new_id
from core.errors import OperatorError
from core.files.pictures import save_picture
from core.i18n import Locale, explain_fault
from core.jobs import Job, JobStore
from core.options.grammar import parse
from core.platform import ConversationRef, User

STANDARD = Path("-")
"""Standard input or output, as most programs write it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What was asked for on the command line."""

    text: str
    output: Path | None
    images: Sequence[Path]
    model: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """A job that has ended, and the files it wrote."""

    job: Job
    paths: tuple[Path, ...]


async def generate(setup: Setup, wish: Wish, locale: Locale, *, quiet: bool) -> Outcome:
    """Make it and write it.

    Raises:
        UserError: it cannot be done as asked; nothing was paid.
        OperatorError: the output or the installation cannot be used; nothing was paid.
    """
    given = {"model": wish.model} if wish.model else {}
    options = parse(wish.text, VideoOptions, given)
    if wish.output == STANDARD and options.count > 1:
        raise OperatorError("-o - takes one video; leave the count out, or name a file")
    job_id = new_id()
    target = _target(wish.output, job_id)
    with _progress(quiet=quiet) as bar:
        line = bar.add_task("", total=None)
        platform = FilePlatform(lambda text: bar.update(line, description=text.splitlines()[0]))
        async with open_engine(setup, {FILE: platform}) as engine:
            services = engine.services
            folder = services.folder(job_id)
            images = [
                await save_picture(path, folder, f"in-{number}")
                for number, path in enumerate(wish.images, 1)
            ]
            conversation = ConversationRef(platform=FILE, chat=target)
            await engine.submit(
                Order(
                    id=job_id,
                    request=request_of(options, images),
                    user=User(platform=FILE, id="local"),
                    locale=locale,
                    conversation=conversation,
                )
            )
            await engine.idle()
            job = await _ended(services.store, job_id)
    written = FileConversation(conversation, lambda _: None).paths(job.assets)
    return Outcome(job=job, paths=tuple(written) if job.delivered else ())


async def _ended(store: JobStore, job_id: str) -> Job:
    job = await store.get(job_id)
    if job is None:
        raise OperatorError(f"Job {job_id} has disappeared from the database.")
    return job


def _target(output: Path | None, job_id: str) -> str:
    if output == STANDARD:
        return KEPT
    path = output or Path(f"cliprelay-{job_id[:8]}.mp4")
    path = path.expanduser().absolute()
    if path.is_dir():
        path = path / f"cliprelay-{job_id[:8]}.mp4"
    if not path.parent.is_dir():
        raise OperatorError(f"{path.parent}: this folder does not exist")
    return str(path)


def _progress(*, quiet: bool) -> Progress:
    console = Console(stderr=True)
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        console=console,
        disable=quiet or not console.is_terminal,
        transient=True,
    )


def as_json(outcome: Outcome, locale: Locale) -> dict[str, object]:
    """The outcome for scripts."""
    job = outcome.job
    files = [
        {
            "path": str(path),
            "width": asset.width,
            "height": asset.height,
            "seconds": asset.seconds,
            "codec": asset.codec,
            "size_bytes": asset.size_bytes,
            "sha256": asset.sha256,
        }
        for path, asset in zip(outcome.paths, job.assets, strict=False)
    ]
    result: dict[str, object] = {
        "job": job.id,
        "state": job.state.value,
        "model": job.model,
        "credits": job.credits,
        "files": files,
    }
    if job.fault:
        result["error"] = {
            "kind": job.fault.kind.value,
            "message": explain_fault(locale, job.fault, job.request.kind)[0],
            "reason": job.fault.reason,
            "detail": job.fault.detail,
            "maybe_billed": job.fault.maybe_billed,
        }
    return result
