"""`cliprelay chat`: the console platform with everything behind it."""

from collections.abc import Iterator, Sequence
from importlib.metadata import version

from bots.app import open_engine
from bots.console.adapter import ConsoleAdapter
from bots.console.conversation import ConsolePlatform
from bots.console.file import FilePlatform
from bots.console.ids import FILE, NAME
from bots.console.screen import PipeScreen, make_screen
from bots.setup import Setup
from core.commands import COMMANDS
from core.commands.examples import first_example
from core.i18n import Locale, translate
from core.jobs import Job, after_restart


async def chat(setup: Setup, *, forced: bool) -> int:
    """Chat until the input ends; gives the exit code.

    Piped input ends when its jobs are done: 0 when all of them are, 1 when one failed or could not
    be understood.
    """
    locale = Locale(setup.settings.default_locale)
    screen = make_screen(setup.catalog)
    example = first_example(locale, setup.catalog, COMMANDS.values())
    welcome = {"version": version("cliprelay"), "example": example}
    screen.print(translate(locale, "terminal-banner", **welcome))
    if setup.sandboxed:
        key = "sandbox-notice-asked" if forced and setup.endpoints else "sandbox-notice"
        screen.print(translate(locale, key))
    # What an interrupted `generate` was waiting for is finished here, too.
    platforms = {NAME: ConsolePlatform(screen, locale), FILE: FilePlatform(screen.print)}
    async with open_engine(setup, platforms) as engine:
        if engine.open_jobs:
            screen.print(translate(locale, "jobs-resumed", count=engine.open_jobs))
        adapter = ConsoleAdapter(engine, screen, locale)
        await adapter.run()
        if isinstance(screen, PipeScreen):
            await engine.idle()
            failed = engine.failed or engine.answerer.failed
            return 1 if adapter.refused or failed else 0
        if waited_for := engine.unleavable_jobs:
            screen.print(translate(locale, "jobs-waited-for", count=waited_for))
        try:
            await engine.drain()
        finally:
            for line in goodbye(engine.unfinished, locale):
                screen.print(line)
    return 0


def goodbye(jobs: Sequence[Job], locale: Locale) -> Iterator[str]:
    """What becomes of the jobs that have not ended, when this process does."""
    lost = [job for job in jobs if after_restart(job) == "interrupted"]
    if kept := len(jobs) - len(lost):
        yield translate(locale, "jobs-left", count=kept)
    if lost:
        models = ", ".join(dict.fromkeys(job.model_name for job in lost))
        yield translate(locale, "jobs-lost", count=len(lost), models=models)
