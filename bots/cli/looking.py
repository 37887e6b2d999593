"""The commands that only look: models, jobs, stats, workers, doctor."""

import asyncio
import json
from typing import Annotated

import typer

from bots.cli.logs import configure_logs
from bots.cli.signals import run_until_stopped
from bots.imports import kept_imports
from core.errors import CatalogError
from core.jobs import JobState

SandboxFlag = Annotated[
    bool, typer.Option("--sandbox", help="Let the test gateway on this machine stand in for all.")
]
FAILED = 1
_MOST_DAYS = 36_500


def models(
    *,
    sandbox: SandboxFlag = False,
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
    with kept_imports():
        from bots.setup import read_setup
        from core.i18n import Locale
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


def stats(
    *,
    days: Annotated[
        float, typer.Option(min=0.01, max=_MOST_DAYS, help="Of the jobs ordered since.")
    ] = 30.0,
    as_json_: Annotated[bool, typer.Option("--json", help="Print an object.")] = False,
) -> None:
    """Show how jobs went, by model and gateway; reads beside a running bot."""
    from bots.cli.reports import show_statistics

    show_statistics(days, as_json=as_json_)


def workers(
    *, as_json_: Annotated[bool, typer.Option("--json", help="Print a list of objects.")] = False
) -> None:
    """Show the processes that share a Postgres: what each listens to, and how much it does."""
    from bots.cli.workers import show_workers

    show_workers(as_json=as_json_)


def doctor() -> None:
    """Check configuration, database, and every gateway with its key."""
    configure_logs("ERROR")
    healthy = run_until_stopped(_print_findings(), stopped=False)
    raise typer.Exit(0 if healthy else FAILED)


async def _print_findings() -> bool:
    from rich.console import Console
    from rich.markup import escape

    from bots.cli.doctor import examine

    marks = {True: "[green]ok   [/]", False: "[red]wrong[/]", None: "[yellow]-    [/]"}
    console = Console(soft_wrap=True, highlight=False)
    healthy = True
    async for finding in examine():
        healthy = healthy and finding.fine is not False
        console.print(f"{marks[finding.fine]} {escape(finding.what)}: {escape(finding.says)}")
    return healthy
