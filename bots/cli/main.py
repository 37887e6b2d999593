"""The command line: run, chat, generate, models, jobs, stats, doctor; and `bots.cli.upkeep`.

Each command imports what only it needs: a bot that serves for months is to carry no more.
"""

import asyncio
import json
import os
import shlex
import shutil
import signal
import sys
from collections.abc import Coroutine, Generator, Sequence
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, TypeVar

import typer

from bots.app import (
    SANDBOX_PORT,
    sandbox_chats,
    sandbox_folder,
    sandbox_speeches,
    sandbox_tables,
)
from bots.cli.logs import configure_logs
from bots.cli.upkeep import backup, health, init
from bots.setup import read_setup
from core.errors import CatalogError, DatabaseInUseError, OperatorError, UserError
from core.i18n import Locale, explain, explain_fault
from core.jobs import JobState
from sandbox.options import SandboxOptions

T = TypeVar("T")

app = typer.Typer(
    help="Turns /video commands into finished videos, whichever gateway makes them.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    # A command that knows no -h would take it for a prompt, and pay for it.
    context_settings={"help_option_names": ["-h", "--help"]},
)

_Sandbox = Annotated[
    bool, typer.Option("--sandbox", help="Let the test gateway on this machine stand in for all.")
]
_FAILED = 1
_WRONG = 2


def main() -> None:
    """Run the command line; what the operator has to mend is a line each, not a traceback."""
    try:
        app()
    except OperatorError as error:
        for line in str(error).splitlines():
            typer.echo(f"cliprelay: {line}", err=True)
        sys.exit(_WRONG)


@contextmanager
def _beside(command: str) -> Generator[None]:
    """Say how a command works beside a running bot; for a second bot there is no such way."""
    try:
        yield
    except DatabaseInUseError as error:
        own = error.path.with_stem(f"{error.path.stem}-{command}")
        variable = f"DATABASE_URL={shlex.quote(f'sqlite:///{own}')}"
        raise OperatorError(
            f"Another cliprelay is using {error.path}; give this one a database of its own to "
            f"work beside it: {variable} cliprelay {command} ..."
        ) from error


@app.command()
def run(*, sandbox: _Sandbox = False) -> None:
    """Serve all chat platforms that have a token, until it is stopped."""
    from bots.cli.run import run as run_platforms

    setup = read_setup(force_sandbox=sandbox)
    configure_logs(setup.settings.log_level)
    _run(run_platforms(setup), stopped=None)


@app.command()
def chat(*, sandbox: _Sandbox = False) -> None:
    """Chat on this terminal, or with what is piped in."""
    from bots.cli.chat import chat as run_chat

    setup = read_setup(force_sandbox=sandbox)
    settings = setup.settings
    configure_logs(settings.log_level, settings.media_dir.parent / "cliprelay.log")
    with _beside("chat"):
        code = _run(run_chat(setup, forced=sandbox), stopped=0)
    raise typer.Exit(code)


# A prompt that begins with -- is ours to read, and to answer.
@app.command(context_settings={"ignore_unknown_options": True})
def generate(  # noqa: PLR0913 - the options of a command line
    prompt: Annotated[
        list[str],
        typer.Argument(help="Options and the prompt, as behind /video; - reads standard input."),
    ],
    *,
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", help="The file to write; - is standard output."),
    ] = None,
    image: Annotated[
        list[Path] | None, typer.Option("--image", help="A picture; may be given again.")
    ] = None,
    model: Annotated[str | None, typer.Option("--model", "-m", help="See `models`.")] = None,
    as_json_: Annotated[bool, typer.Option("--json", help="Print the outcome as JSON.")] = False,
    sandbox: _Sandbox = False,
) -> None:
    """Make one video and write it to a file."""
    from bots.cli.generate import STANDARD, Wish, as_json
    from bots.cli.generate import generate as run_generate

    setup = read_setup(force_sandbox=sandbox)
    configure_logs("ERROR")
    locale = Locale(setup.settings.default_locale)
    if output == STANDARD and (as_json_ or sys.stdout.isatty()):
        taken = "--json" if as_json_ else "this terminal"
        raise OperatorError(f"-o - writes the video to standard output, which is for {taken}")
    wish = Wish(text=_text(prompt), output=output, images=image or (), model=model)
    try:
        with _beside("generate"):
            outcome = _run(run_generate(setup, wish, locale, quiet=as_json_), stopped=None)
    except UserError as error:
        _complain(explain(locale, error, for_admin=True), as_json=as_json_)
        raise typer.Exit(_WRONG) from error
    if outcome is None:
        typer.echo("Stopped. Run any cliprelay command again to go on with it.", err=True)
        raise typer.Exit(_FAILED)
    if as_json_:
        typer.echo(json.dumps(as_json(outcome, locale), ensure_ascii=False))
    else:
        for path in outcome.paths:
            _pour(path) if output == STANDARD else typer.echo(path)
        if fault := outcome.job.fault:
            kind = outcome.job.request.kind
            typer.echo("\n".join(explain_fault(locale, fault, kind)), err=True)
    raise typer.Exit(0 if outcome.paths else _FAILED)


def _text(prompt: Sequence[str]) -> str:
    if list(prompt) == ["-"]:
        return sys.stdin.buffer.read().decode("utf-8", "replace").strip()
    return " ".join(prompt)


def _pour(path: Path) -> None:
    """Write a file to standard output."""
    try:
        with path.open("rb") as file:
            shutil.copyfileobj(file, sys.stdout.buffer)
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        # What is still buffered would fail once more at the end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise OperatorError(
            f"Nobody reads standard output any more; the video is {path}"
        ) from None


def _complain(text: str, *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps({"error": {"kind": "refused", "message": text}}, ensure_ascii=False))
    else:
        typer.echo(text, err=True)


@app.command(name="try")
def try_(
    model: Annotated[str, typer.Argument(help="A name, or gateway/name.")],
    prompt: Annotated[
        list[str] | None, typer.Argument(help="Options and words, as in the chat.")
    ] = None,
    *,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Order it without asking.")] = False,
    folder: Annotated[
        Path, typer.Option("-o", "--output", help="Where the transcript is written.")
    ] = Path(),
    sandbox: _Sandbox = False,
) -> None:
    """Order one real, cheapest job, and write down what was sent and received."""
    from bots.cli.trying import attempt, plan, report

    setup = read_setup(force_sandbox=sandbox)
    configure_logs("ERROR")
    locale = Locale(setup.settings.default_locale)
    try:
        wanted = plan(setup, model, _text(prompt or ()))
    except UserError as error:
        typer.echo(explain(locale, error, for_admin=True), err=True)
        raise typer.Exit(_WRONG) from error
    typer.echo(str(wanted))
    if not yes and not typer.confirm("Order it?"):
        typer.echo("Nothing was ordered.")
        raise typer.Exit(_FAILED)
    with _beside("try"):
        trial = _run(attempt(setup, wanted, folder, locale, typer.echo), stopped=None)
    if trial is None:
        typer.echo("Stopped. Run any cliprelay command again to go on with it.", err=True)
        raise typer.Exit(_FAILED)
    typer.echo("\n".join(report(trial, locale)))
    raise typer.Exit(0 if trial.paths else _FAILED)


@app.command()
def models(
    *,
    sandbox: _Sandbox = False,
    markdown: Annotated[
        bool, typer.Option("--markdown", help="Print the presets as docs/dialects.md.")
    ] = False,
    as_json_: Annotated[bool, typer.Option("--json", help="Print a list of objects.")] = False,
    add: Annotated[
        str,
        typer.Option(
            metavar="fal:ENDPOINT", help="Draft the stanza of a model for CATALOG_FILES."
        ),
    ] = "",
    refresh: Annotated[
        str,
        typer.Option(
            metavar="GATEWAY", help="Draft the stanzas of all videos that a gateway lists."
        ),
    ] = "",
) -> None:
    """Show all models: what they can do, at which gateway, and what is missing."""
    from bots.cli.models import describe, print_models

    if add:
        from bots.cli.drafts import draft
        from bots.cli.published import fetch_page

        host, _, endpoint = add.partition(":")
        if host != "fal":
            raise CatalogError("--add knows fal:ENDPOINT, for example fal:fal-ai/ltx-2.3")
        typer.echo(draft(fetch_page(endpoint)))
        return
    if refresh:
        from bots.cli.refreshed import fetch, refreshed

        setup = read_setup()
        entries = asyncio.run(fetch(setup, refresh))
        typer.echo(refreshed(refresh, entries, setup.data.models))
        return
    if markdown:
        from core.catalog import load
        from core.catalog.markdown import document
        from core.dialects import DIALECTS, summaries

        typer.echo(document(load((), tuple(DIALECTS)), summaries()), nl=False)
        return
    setup = read_setup(force_sandbox=sandbox)
    catalog = setup.catalog
    if as_json_:
        listed = [describe(catalog, model) for model in catalog.data.served]
        typer.echo(json.dumps(listed, ensure_ascii=False, indent=2))
        return
    print_models(catalog, Locale(setup.settings.default_locale))
    if setup.sandboxed:
        typer.echo("SANDBOX: no key is set, so the test gateway plays all of them.")


@app.command()
def jobs(
    job: Annotated[
        str | None, typer.Argument(help="An id, or how it begins: shows all of that job.")
    ] = None,
    *,
    state: Annotated[JobState | None, typer.Option(help="Only jobs in this state.")] = None,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, help="How many at most.")] = 20,
    as_json_: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Show the latest jobs of everybody, or one; reads beside a running bot."""
    from bots.cli.reports import show_job, show_jobs

    if job:
        show_job(job, as_json=as_json_)
    else:
        show_jobs(limit, state, as_json=as_json_)


@app.command()
def stats(
    *,
    days: Annotated[float, typer.Option(min=0.01, help="Of the jobs ordered since.")] = 30.0,
    as_json_: Annotated[bool, typer.Option("--json", help="Print an object.")] = False,
) -> None:
    """Show how jobs went, by model and gateway; reads beside a running bot."""
    from bots.cli.reports import show_statistics

    show_statistics(days, as_json=as_json_)


@app.command()
def doctor() -> None:
    """Check configuration, database, and every gateway with its key."""
    configure_logs("ERROR")
    healthy = _run(_print_findings(), stopped=False)
    raise typer.Exit(0 if healthy else _FAILED)


async def _print_findings() -> bool:
    from rich.console import Console

    from bots.cli.doctor import examine

    marks = {True: "[green]ok   [/]", False: "[red]wrong[/]", None: "[yellow]-    [/]"}
    console = Console(soft_wrap=True, highlight=False)
    healthy = True
    async for finding in examine():
        healthy = healthy and finding.fine is not False
        console.print(f"{marks[finding.fine]} {finding.what}: {finding.says}")
    return healthy


@app.command()
def sandbox(
    *,
    port: Annotated[int, typer.Option(help="0 takes a free one.")] = SANDBOX_PORT,
    speed: Annotated[float, typer.Option(min=0.01, help="2 is twice as fast.")] = 1.0,
    replay: Annotated[
        Path | None, typer.Option(help="Answer as in a transcript of `cliprelay try`.")
    ] = None,
) -> None:
    """Run the test gateway alone. Give its address to a gateway's ..._BASE_URL."""
    from sandbox.server import run, run_app

    setup = read_setup(force_sandbox=True)

    def announce(root: str) -> None:
        typer.echo(f"Sandbox gateway on {root} (any key is accepted). Ctrl-C ends.")
        sys.stdout.flush()

    options = SandboxOptions(
        state_dir=sandbox_folder(setup.settings),
        speed=speed,
        renders_ahead=True,
        models=sandbox_tables(setup.data),
        chats=sandbox_chats(setup.data),
        speeches=sandbox_speeches(setup.data),
    )
    try:
        if replay:
            from sandbox.replay import replay as play

            run_app(play(replay), port, announce)
        else:
            run(options, port, announce)
    except ValueError as error:
        raise OperatorError(str(error)) from error
    except OSError as error:
        raise OperatorError(f"Port {port} cannot be used: {error.strerror}") from error


for upkeep in (init, backup, health):
    app.command()(upkeep)


def _run(work: Coroutine[object, object, T], *, stopped: T) -> T:
    """Run until it is done or a signal to stop comes; then everything is closed in order.

    Closing waits for what cannot be picked up again, until a second signal comes.
    """

    async def with_signals() -> T:
        task = asyncio.ensure_future(work)
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            # `nohup` asks not to be stopped when the terminal goes.
            if signal.getsignal(number) is not signal.SIG_IGN:
                loop.add_signal_handler(number, task.cancel)
        try:
            return await task
        except asyncio.CancelledError:
            return stopped

    return asyncio.run(with_signals())


@app.callback(invoke_without_command=True)
def _root(
    *, show_version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False
) -> None:
    if show_version:
        typer.echo(version("cliprelay"))
        raise typer.Exit
