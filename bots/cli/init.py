"""`cliprelay init`: asks for what a bot needs, checks it where it is used, and writes `.env`."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from secrets import token_hex
from typing import TypeVar

import httpx
import typer
from pydantic import SecretStr

from bots.cli.asking import agree, ask, ask_value
from bots.cli.doctor import (
    TIMEOUT_SECONDS,
    examine_discord,
    examine_endpoint,
    examine_telegram,
    telegram_root,
)
from bots.cli.env_file import read_env, write_env
from bots.cli.finding import Finding
from bots.cli.owner import find_sender
from bots.discord import ids as discord
from bots.setup import Setup, endpoint_of, survey_setup
from bots.telegram import ids as telegram
from core.catalog import Gateway
from core.dialects import Endpoint
from core.dialects.endpoint import root_url
from core.errors import SettingsError
from core.invocation import IdFormat
from core.platform import Party
from core.redact import know
from core.settings import (
    FILE,
    file_values,
    outer_values,
    read_account,
    survey_settings,
)

T = TypeVar("T")
_Probe = Callable[[SecretStr, httpx.AsyncClient], Awaitable[Finding]]


def initialise() -> None:
    """Ask, check and write. Nothing is written before the last question has been answered.

    Raises:
        StorageError: `.env` cannot be read or written.
    """
    read_env(FILE)  # what cannot be read is said before anybody types
    settings, wrong = survey_settings()
    setup, more = survey_setup(settings)
    typer.echo(
        f"This writes {FILE.resolve()}. Enter skips a question; Ctrl-C leaves all as it was."
    )
    for each in (*wrong, *more):
        typer.echo(f"Wrong so far: {each}")
    try:
        wizard = Wizard(setup)
        wizard.ask_all()
    except (typer.Abort, KeyboardInterrupt):
        typer.echo("\nStopped; nothing was written.", err=True)
        raise typer.Exit(1) from None
    if wizard.changes:
        write_env(FILE, wizard.changes)
        typer.echo(f"\nWritten: {', '.join(wizard.changes)}. Nobody but you can read the file.")
    else:
        typer.echo("\nThere is nothing to write.")
    typer.echo(_how_to_start(has_bot=wizard.has_bot))


def _how_to_start(*, has_bot: bool) -> str:
    start = "Start the bot with:" if has_bot else "No bot has a token; chat on this terminal with:"
    command = "cliprelay run" if has_bot else "cliprelay chat"
    return f"{start} {command}\nCheck everything at any time with: cliprelay doctor"


class Wizard:
    """Asks for one thing after the other.

    Attributes:
        changes: what is to be written, by variable.
    """

    def __init__(self, setup: Setup) -> None:
        self._setup = setup
        self._settings = setup.settings
        self._outer = outer_values()
        self._written = {name.upper(): value for name, value in file_values().items()}
        self.changes: dict[str, str] = {}

    @property
    def has_bot(self) -> bool:
        """Whether some chat platform has a token."""
        return any(self._value(name) for name in ("TELEGRAM_BOT_TOKEN", "DISCORD_BOT_TOKEN"))

    def ask_all(self) -> None:
        """Ask for gateways, bots and admins."""
        self._ask_gateways()
        self._ask_telegram()
        self._ask_discord()

    def _ask_gateways(self) -> None:
        gateways = [each for each in self._setup.data.gateways.values() if each.name != "sandbox"]
        typer.echo("\nGateways make the videos. One is enough; with none, a sandbox plays along.")
        for number, gateway in enumerate(gateways, 1):
            typer.echo(f"{number:4} {gateway.name:<17} {self._hint(gateway)}")
        while wanted := ask("Which gateway? A number or a name; Enter goes on"):
            gateway = _chosen(wanted, gateways)
            if gateway is None:
                typer.echo("  There is no such gateway.")
                continue
            try:
                self._ask_gateway(gateway)
            except SettingsError as error:  # its address, which was set before
                typer.echo(f"  {error}")

    def _hint(self, gateway: Gateway) -> str:
        if self._value(gateway.variable):
            return f"{gateway.variable} is set"
        if gateway.auth == "none":
            return "a server of your own, without a key"
        if gateway.own_address and not gateway.key_page:
            return "a key from whoever runs it"
        return f"a key from {gateway.key_page or root_url(gateway.base_url)}"

    def _ask_gateway(self, gateway: Gateway) -> None:
        account = read_account(gateway.env)
        if gateway.own_address and (address := self._ask_address(gateway)):
            account = account.model_copy(update={"base_url": address})
        if gateway.auth == "none":
            if endpoint := endpoint_of(gateway, account):
                _show(_run(lambda http: self._examine(endpoint, gateway, http)))
            return

        def probe(key: SecretStr, http: httpx.AsyncClient) -> Awaitable[Finding]:
            endpoint = endpoint_of(gateway, account.model_copy(update={"key": key}))
            assert endpoint  # noqa: S101 - it has a key
            return self._examine(endpoint, gateway, http)

        self._ask_secret(gateway.variable, f"Key for {gateway.name}", probe)

    def _examine(
        self, endpoint: Endpoint, gateway: Gateway, http: httpx.AsyncClient
    ) -> Awaitable[Finding]:
        return examine_endpoint(endpoint, gateway.variable, http, self._setup)

    def _ask_address(self, gateway: Gateway) -> str:
        variable = f"{gateway.env}_BASE_URL"
        if not self._may_set(variable):
            return ""
        while address := ask_value(f"Address of {gateway.name}, like {gateway.base_url}"):
            try:
                root_url(address)
            except ValueError as error:
                typer.echo(f"  {error}")
            else:
                self.changes[variable] = address
                break
        return address

    def _ask_telegram(self) -> None:
        typer.echo("\nTelegram: @BotFather makes a bot and gives its token.")
        probe = partial(examine_telegram, self._settings)
        self._ask_secret("TELEGRAM_BOT_TOKEN", "Telegram token", probe)
        token = self._value("TELEGRAM_BOT_TOKEN")
        if token and self._may_name_admin(telegram.NAME):
            root = telegram_root(self._settings, SecretStr(token))
            self._add_admin(telegram.NAME, self._ask_telegram_id(root))

    def _ask_telegram_id(self, root: str) -> str:
        order = f"/start {token_hex(3)}"  # a stranger's plain /start makes nobody an admin
        typer.echo(f"To be the bot's admin, send it in a private chat: {order}")
        typed = _ask_id("Enter when it is sent; or type your id", telegram.NAME, telegram.IDS)
        if typed:
            return typed
        typer.echo("  Looking for it ...")
        found = _run(lambda http: find_sender(root, order, http))
        if found is not None:
            typer.echo(f"  ok: your id is {found}")
            return str(found)
        typer.echo("  It has not come; a bot that runs already, or its webhook, may have got it.")
        return _ask_id("Your Telegram id; Enter skips", telegram.NAME, telegram.IDS)

    def _ask_discord(self) -> None:
        typer.echo(
            "\nDiscord: discord.com/developers/applications makes a bot and gives its token."
        )
        probe = partial(examine_discord, self._settings)
        self._ask_secret("DISCORD_BOT_TOKEN", "Discord token", probe)
        if self._value("DISCORD_BOT_TOKEN") and self._may_name_admin(discord.NAME):
            typer.echo(
                "Your id: turn on Developer Mode under Advanced in Discord's settings, then"
            )
            typer.echo("right-click your name and choose Copy User ID.")
            typed = _ask_id("Your Discord id; Enter skips", discord.NAME, discord.IDS)
            self._add_admin(discord.NAME, typed)

    def _may_name_admin(self, platform: str) -> bool:
        """Whether an admin is missing there, and the operator wants more than those elsewhere."""
        admins = self._value("ADMINS")
        if any(each.strip().startswith(f"{platform}:") for each in admins.split(",")):
            return False
        if not admins or "ADMINS" in self._outer:
            return self._may_set("ADMINS")
        question = f"ADMINS is {admins}. Add yourself on {platform.capitalize()}?"
        return "ADMINS" in self.changes or agree(question, enter=True)

    def _add_admin(self, platform: str, typed: str) -> None:
        if typed:
            known = self._value("ADMINS")
            self.changes["ADMINS"] = ",".join(filter(None, (known, f"{platform}:{typed}")))

    def _ask_secret(self, variable: str, question: str, probe: _Probe) -> None:
        if not self._may_set(variable):
            return
        refused = ""
        while (secret := ask_value(question, hidden=True)) and secret != refused:
            know(secret)
            finding = _run(partial(probe, SecretStr(secret)))
            _show(finding)
            if finding.fine is not False:
                break
            refused = secret
            typer.echo("  Try another; Enter skips it, the same once more keeps it all the same.")
        if secret:
            self.changes[variable] = secret

    def _may_set(self, variable: str) -> bool:
        """Whether a variable is free, or the operator agrees to its being changed."""
        if variable in self._outer:
            typer.echo(f"  {variable} is set in the environment, which goes before the file.")
            return False
        if self._value(variable):
            return agree(f"{variable} is set already. Replace it?", enter=False)
        return True

    def _value(self, variable: str) -> str:
        """What it would be after this."""
        given = (each.get(variable) for each in (self.changes, self._outer, self._written))
        return next(filter(None, given), "")


def _chosen(wanted: str, gateways: Sequence[Gateway]) -> Gateway | None:
    if wanted.isdecimal():
        number = int(wanted)
        return gateways[number - 1] if 1 <= number <= len(gateways) else None
    return next((each for each in gateways if each.name == wanted.lower()), None)


def _ask_id(question: str, platform: str, ids: IdFormat) -> str:
    while typed := ask(question):
        if ids.fits(Party(platform=platform, kind="user", id=typed)):
            break
        typer.echo("  An id is a number.")
    return typed


def _show(finding: Finding) -> None:
    mark = {True: "ok", False: "wrong", None: "-"}[finding.fine]
    typer.echo(f"  {mark}: {finding.says}")


def _run(look: Callable[[httpx.AsyncClient], Awaitable[T]]) -> T:
    """Ask the network something; the next question to the person waits for it."""

    async def ask_it() -> T:
        async with httpx.AsyncClient(timeout=TIMEOUT_SECONDS) as http:
            return await look(http)

    return asyncio.run(ask_it())
