"""The commands of whoever looks after a bot: init, backup, health."""

from pathlib import Path
from typing import Annotated

import typer

from bots.cli.logs import configure_logs
from core.errors import SettingsError
from core.settings import Settings, survey_settings

_FAILED = 1


def init() -> None:
    """Ask for keys, tokens and your own id, check each, and write them into .env."""
    from bots.cli.init import initialise

    configure_logs("ERROR")
    initialise()


def backup(
    file: Annotated[Path, typer.Argument(help="Where the copy goes.")],
    *,
    force: Annotated[bool, typer.Option("--force", help="Replace a file that is there.")] = False,
) -> None:
    """Copy the database into a file, also beside a running bot, and check the copy."""
    from storage.backup import back_up

    done = back_up(_settings().database_url, file, replaces=force)
    older = "; of an earlier version, which a start brings up to date" if done.is_older else ""
    typer.echo(f"{file}: intact, {done.size_bytes / 1e6:.1f} MB, jobs in it: {done.jobs}{older}")


def health() -> None:
    """Ask the bot on this machine whether it lives; 0 means yes, 1 no."""
    from bots.cli.health import SickError, check_health

    try:
        typer.echo(check_health(_settings()))
    except SickError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(_FAILED) from error


def _settings() -> Settings:
    settings, wrong = survey_settings()
    if wrong:
        raise SettingsError("\n".join(wrong))
    return settings
