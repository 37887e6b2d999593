"""`cliprelay chat`: the console platform with everything behind it."""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import AsyncExitStack
from importlib.metadata import version
from importlib.util import find_spec

from bots.app import open_engine
from bots.console.adapter import ConsoleAdapter
from bots.console.conversation import ConsolePlatform
from bots.console.file import FilePlatform
from bots.console.ids import FILE, NAME
from bots.console.screen import PipeScreen, Screen, make_screen
from bots.playground.conversation import PlaygroundPlatform
from bots.playground.service import serve_playground
from bots.setup import Setup
from core.commands import COMMANDS
from core.commands.examples import first_example
from core.engine.engine import Engine
from core.errors import SettingsError
from core.i18n import Locale, translate
from core.jobs import Job, after_restart
from core.platform import Platform


async def chat(setup: Setup, *, forced: bool, on_page: bool = False) -> int:
    """Chat until the input ends, and as long `on_page` as well; gives the exit code.

    Piped input ends when its jobs are done: 0 when all of them are, 1 when one failed or could not
    be understood.
    """
    if on_page and not all(map(find_spec, ("jinja2", "python_multipart"))):
        raise SettingsError("--web needs two more packages: pip install '.[web]'")
    locale = Locale(setup.settings.default_locale)
    screen = make_screen(setup.catalog)
    example = first_example(locale, setup.catalog, COMMANDS.values())
    welcome = {"version": version("cliprelay"), "example": example}
    screen.print(translate(locale, "terminal-banner", **welcome))
    if setup.sandboxed:
        key = "sandbox-notice-asked" if forced and setup.endpoints else "sandbox-notice"
        screen.print(translate(locale, key))
    # What an interrupted `generate` was waiting for is finished here, too.
    platforms: dict[str, Platform] = {
        NAME: ConsolePlatform(screen, locale),
        FILE: FilePlatform(screen.print),
    }
    page = PlaygroundPlatform()
    if on_page:
        # Else what was ordered there waits: nobody could open the page that it were posted on.
        platforms[page.name] = page
    async with AsyncExitStack() as stack:
        engine = await stack.enter_async_context(open_engine(setup, platforms))
        if on_page:
            address = await stack.enter_async_context(serve_playground(engine, page, locale))
            screen.print(translate(locale, "play-address", address=address))
        if engine.open_jobs:
            screen.print(translate(locale, "jobs-resumed", count=engine.open_jobs))
        adapter = ConsoleAdapter(engine, screen, locale)
        try:
            await adapter.run()
            if isinstance(screen, PipeScreen):
                await engine.idle()
                failed = engine.failed or engine.answerer.failed
                return 1 if adapter.refused or failed else 0
        except asyncio.CancelledError:
            if task := asyncio.current_task():
                task.uncancel()  # the first signal to stop is a wish to leave, as at the prompt
        await _leave(engine, adapter, screen, locale)
    return 0


async def _leave(engine: Engine, adapter: ConsoleAdapter, screen: Screen, locale: Locale) -> None:
    """Wait for what nobody could pick up again, and say what is left."""
    if waited_for := engine.unleavable_jobs:
        screen.print(translate(locale, "jobs-waited-for", count=waited_for))
    try:
        await engine.drain()
        await adapter.close()
    finally:
        for line in goodbye(engine.unfinished, locale):
            screen.print(line)


def goodbye(jobs: Sequence[Job], locale: Locale) -> Iterator[str]:
    """What becomes of the jobs that have not ended, when this process does."""
    lost = [job for job in jobs if after_restart(job) == "interrupted"]
    if kept := len(jobs) - len(lost):
        yield translate(locale, "jobs-left", count=kept)
    if lost:
        models = ", ".join(dict.fromkeys(job.model_name for job in lost))
        yield translate(locale, "jobs-lost", count=len(lost), models=models)
