"""The command line: run, worker, chat, generate, try, sandbox; the rest is in `looking`, `upkeep`.

Each command imports what only it needs: a bot that serves for months is to carry no more.
"""

import json
import os
import shlex
import shutil
import sys
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import typer

from bots.cli.logs import configure_logs
from bots.cli.looking import FAILED, SandboxFlag, doctor, jobs, models, stats, workers
from bots.cli.signals import run_until_stopped
from bots.cli.upkeep import backup, health, init
from bots.imports import kept_imports
from core.errors import DatabaseInUseError, OperatorError, UserError
from core.settings import survey_settings
from sandbox.options import SANDBOX_PORT, SandboxOptions

app = typer.Typer(
    help="Turns /video commands into finished videos, whichever gateway makes them.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    # A command that knows no -h would take it for a prompt, and pay for it.
    context_settings={"help_option_names": ["-h", "--help"]},
)

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
        shared = survey_settings()[0].media_dir
        media_dir = shared.with_name(f"{shared.name}-{command}")
        variables = (
            f"DATABASE_URL={shlex.quote(f'sqlite:///{own}')} "
            f"MEDIA_DIR={shlex.quote(str(media_dir))}"
        )
        raise OperatorError(
            f"Another cliprelay is using {error.path}; give this one a database and a folder of "
            f"its own to work beside it: {variables} cliprelay {command} ..."
        ) from error


@app.command()
def run(*, sandbox: SandboxFlag = False) -> None:
    """Serve all chat platforms that have a token, until it is stopped."""
    with kept_imports():
        from bots.cli.run import run as run_platforms
        from bots.setup import read_setup

    setup = read_setup(force_sandbox=sandbox, listens=True)
    configure_logs(setup.settings.log_level)
    run_until_stopped(run_platforms(setup), stopped=None)


@app.command()
def worker() -> None:
    """Run jobs that others have taken, over a Postgres that all share; listens to nobody."""
    with kept_imports():
        from bots.cli.run import run as run_platforms
        from bots.setup import read_setup

    setup = read_setup()
    configure_logs(setup.settings.log_level)
    run_until_stopped(run_platforms(setup, listens=False), stopped=None)


@app.command()
def chat(
    *,
    sandbox: SandboxFlag = False,
    web: Annotated[
        bool, typer.Option("--web", help="Serve a page for it on this machine, too.")
    ] = False,
) -> None:
    """Chat on this terminal, or with what is piped in."""
    with kept_imports():
        from bots.cli.chat import chat as run_chat
        from bots.setup import read_setup

    setup = read_setup(force_sandbox=sandbox)
    settings = setup.settings
    configure_logs(settings.log_level, settings.media_dir.parent / "cliprelay.log")
    with _beside("chat"):
        code = run_until_stopped(run_chat(setup, forced=sandbox, on_page=web), stopped=0)
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
    sandbox: SandboxFlag = False,
) -> None:
    """Make one video and write it to a file."""
    with kept_imports():
        from bots.setup import read_setup
        from core.i18n import Locale, explain, explain_fault
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
            outcome = run_until_stopped(
                run_generate(setup, wish, locale, quiet=as_json_), stopped=None
            )
    except UserError as error:
        _complain(explain(locale, error, for_admin=True), as_json=as_json_)
        raise typer.Exit(_WRONG) from error
    if outcome is None:
        typer.echo("Stopped. Run any cliprelay command again to go on with it.", err=True)
        raise typer.Exit(FAILED)
    if as_json_:
        typer.echo(json.dumps(as_json(outcome, locale), ensure_ascii=False))
    else:
        for path in outcome.paths:
            _pour(path) if output == STANDARD else typer.echo(path)
        if fault := outcome.job.fault:
            kind = outcome.job.request.kind
            typer.echo("\n".join(explain_fault(locale, fault, kind)), err=True)
    raise typer.Exit(0 if outcome.paths else FAILED)


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
    sandbox: SandboxFlag = False,
) -> None:
    """Order one real, cheapest job, and write down what was sent and received."""
    with kept_imports():
        from bots.cli.trying import attempt, plan, report
        from bots.setup import read_setup
        from core.i18n import Locale, explain

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
        raise typer.Exit(FAILED)
    with _beside("try"):
        trial = run_until_stopped(attempt(setup, wanted, folder, locale, typer.echo), stopped=None)
    if trial is None:
        typer.echo("Stopped. Run any cliprelay command again to go on with it.", err=True)
        raise typer.Exit(FAILED)
    typer.echo("\n".join(report(trial, locale)))
    raise typer.Exit(0 if trial.paths else FAILED)


for look in (models, jobs, stats, workers, doctor):
    app.command()(look)


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
    with kept_imports():
        from bots.sandboxing import sandbox_chats, sandbox_folder, sandbox_speeches, sandbox_tables
        from bots.setup import read_setup
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


@app.callback(invoke_without_command=True)
def _root(
    *, show_version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False
) -> None:
    if show_version:
        typer.echo(version("cliprelay"))
        raise typer.Exit
