"""`cliprelay doctor`: is everything set up, does every key and token work? Prints no secret."""

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from datetime import timedelta

import httpx
from pydantic import BaseModel, SecretStr, ValidationError

from bots.cli.finding import Finding
from bots.cli.machine import examine_machine
from bots.cli.workflows import examine_workflows
from bots.setup import Setup, survey_setup
from core.catalog import Gateway, Lists, Served, compare
from core.catalog.workflows import GATEWAY as COMFYUI
from core.dialects import Endpoint, check_account, list_models
from core.errors import Fault, FaultKind, JobError
from core.i18n import Locale, explain_fault
from core.settings import Settings, survey_settings

TIMEOUT_SECONDS = 20.0
_SOON = timedelta(days=14)
_TELEGRAM = "https://api.telegram.org"
_DISCORD = "https://discord.com/api/v10"


class _Named(BaseModel):
    username: str = ""


class _Me(_Named):
    """Who the bot is, or a refusal: Telegram wraps it, Discord does not."""

    result: _Named | None = None
    ok: bool | None = None
    message: str = ""

    @property
    def is_platform(self) -> bool:
        """Whether it has the form of one of the two."""
        return bool(self.username or self.message) or self.ok is not None


async def examine() -> AsyncIterator[Finding]:
    """Look at settings, catalog, this machine, gateways and chat platforms, in this order."""
    settings, wrong = survey_settings()
    setup, more = survey_setup(settings)
    for each in (*wrong, *more):
        yield Finding(what="configuration", fine=False, says=each)
    for finding in _examine_names(setup):
        yield finding
    if not (wrong or more):
        yield Finding(what="configuration", fine=True, says="read")
    models = len(setup.data.served)
    yield Finding(what="catalog", fine=True, says=f"{models} models")
    async with httpx.AsyncClient(timeout=TIMEOUT_SECONDS) as http:
        async for finding in examine_machine(settings, http):
            yield finding
        async for finding in _examine_gateways(setup, http, more):
            yield finding
        for finding in await _examine_platforms(settings, http):
            yield finding
    if setup.sandboxed and not (wrong or more):
        says = "no gateway has a key, so the sandbox stands in: test clips, no cost"
        yield Finding(what="sandbox", fine=None, says=says)


def _examine_names(setup: Setup) -> Iterator[Finding]:
    for name, (meant, is_missing) in setup.misspelt.items():
        fine = False if is_missing else None  # else it is a leftover, or another program's
        says = f"{name}: did you mean {meant}?"
        yield Finding(what="configuration", fine=fine, says=says)


async def _examine_gateways(
    setup: Setup, http: httpx.AsyncClient, wrong: Sequence[str]
) -> AsyncIterator[Finding]:
    for gateway in setup.data.gateways.values():
        endpoint = setup.endpoints.get(gateway.name)
        if endpoint:
            finding = await examine_endpoint(endpoint, gateway.variable, http, setup)
            yield finding
            for each in _examine_ends(gateway, setup):
                yield each
            if gateway.name == COMFYUI and finding.fine:
                async for each in _examine_comfyui(endpoint, http, setup):
                    yield each
        elif gateway.name != "sandbox" and not any(gateway.env in each for each in wrong):
            missing = "address" if gateway.auth == "none" else "key"
            says = f"no {missing}: set {gateway.variable} to use it"
            yield Finding(what=gateway.name, fine=None, says=says)


async def examine_endpoint(
    endpoint: Endpoint, variable: str, http: httpx.AsyncClient, setup: Setup
) -> Finding:
    """Ask what costs nothing: whether the key is accepted, and which models it can have."""
    ours = [m for m in setup.data.served if m.enabled and m.gateway == endpoint.gateway]
    try:
        await check_account(endpoint, http)
        lists = await list_models(endpoint, http, {model.sort for model in ours})
    except JobError as error:
        says = _complaint(endpoint, variable, error.fault)
        return Finding(what=endpoint.gateway, fine=False, says=says)
    found = "answers" if endpoint.auth == "none" else "key accepted"
    if not (endpoint.lists or endpoint.probe_path):
        says = f"{endpoint.root}: nothing there can be asked for free; the first order will tell"
        return Finding(what=endpoint.gateway, fine=None, says=says)
    says = f"{endpoint.root}: {found}; {_compared(ours, lists)}"
    return Finding(what=endpoint.gateway, fine=True, says=says)


def _compared(ours: Sequence[Served], lists: Lists) -> str:
    """What of our models is listed, and of what nothing is said."""
    if not lists:
        return "it has no list to compare our models with"
    states = compare(ours, lists)
    names = frozenset[str]().union(*lists.values())
    parts = [f"{len(names)} models listed, {sum(states.values())} of our {len(states)} among them"]
    if missing := [each.name for each in ours if states.get(each.key) is False]:
        parts.append(f"not listed: {', '.join(missing)}")
    if unknown := [each.name for each in ours if each.key not in states]:
        parts.append(f"nothing like these is listed: {', '.join(unknown)}")
    return "; ".join(parts)


def _examine_ends(gateway: Gateway, setup: Setup) -> Iterator[Finding]:
    """Warn of what its provider ends soon, or has ended."""
    today = setup.catalog.today()
    for model in setup.data.served:
        if model.gateway != gateway.name or not (model.enabled and model.is_current):
            continue
        if model.has_ended(today):
            says = f"was to end on {model.until}; others are used first"
        elif model.has_ended(today + _SOON):
            says = f"is going to end on {model.until}"
        else:
            continue
        yield Finding(what=model.key, fine=None, says=says)


def _examine_comfyui(
    endpoint: Endpoint, http: httpx.AsyncClient, setup: Setup
) -> AsyncIterator[Finding]:
    models = [model for model in setup.data.models if model.gateway == endpoint.gateway]
    return examine_workflows(endpoint, http, models, setup.settings.comfyui_workflows)


async def _examine_platforms(settings: Settings, http: httpx.AsyncClient) -> list[Finding]:
    findings: list[Finding] = []
    if token := settings.telegram_bot_token:
        findings.append(await examine_telegram(settings, token, http))
    if token := settings.discord_bot_token:
        findings.append(await examine_discord(settings, token, http))
    if not findings:
        says = "no token: set TELEGRAM_BOT_TOKEN or DISCORD_BOT_TOKEN to run the bot"
        findings.append(Finding(what="chat platforms", fine=None, says=says))
    return findings


def telegram_root(settings: Settings, token: SecretStr) -> str:
    """Where the methods of Telegram's Bot API stand; the address holds the token."""
    root = (settings.telegram_api_url or _TELEGRAM).rstrip("/")
    return f"{root}/bot{token.get_secret_value()}"


async def examine_telegram(
    settings: Settings, token: SecretStr, http: httpx.AsyncClient
) -> Finding:
    """Ask Telegram whose token that is."""
    url = f"{telegram_root(settings, token)}/getMe"
    return await _examine_token("telegram", "TELEGRAM_BOT_TOKEN", http, url)


async def examine_discord(
    settings: Settings, token: SecretStr, http: httpx.AsyncClient
) -> Finding:
    """Ask Discord whose token that is."""
    url = f"{(settings.discord_api_url or _DISCORD).rstrip('/')}/users/@me"
    headers = {"Authorization": f"Bot {token.get_secret_value()}"}
    return await _examine_token("discord", "DISCORD_BOT_TOKEN", http, url, headers=headers)


async def _examine_token(
    what: str,
    variable: str,
    http: httpx.AsyncClient,
    url: str,
    *,
    headers: Mapping[str, str] | None = None,
) -> Finding:
    """Ask a platform who the bot is. Neither the address nor the answer is printed."""
    try:
        answer = await http.get(url, headers=headers)
    except httpx.RequestError as error:
        says = f"cannot be reached ({type(error).__name__})"
        return Finding(what=what, fine=False, says=says)
    try:
        me = _Me.model_validate_json(answer.content)
    except ValidationError:
        me = _Me()
    if not me.is_platform:
        says = "something else answers there, not a chat platform"
        return Finding(what=what, fine=False, says=says)
    name = me.result.username if me.result else me.username
    if not answer.is_success or not name:
        return Finding(what=what, fine=False, says=f"{variable} is not accepted")
    return Finding(what=what, fine=True, says=f"token accepted; the bot is @{name}")


def _complaint(endpoint: Endpoint, variable: str, fault: Fault) -> str:
    match fault.kind:
        case FaultKind.NETWORK | FaultKind.TIMEOUT:
            why = fault.detail or fault.reason
            return f"{endpoint.root} cannot be reached" + (f" ({why})" if why else "")
        case FaultKind.AUTH | FaultKind.PERMISSION if endpoint.auth == "none":
            return f"{endpoint.root} wants a key: its stanza says that it has none"
        case FaultKind.AUTH | FaultKind.PERMISSION:
            said = f" ({fault.reason})" if fault.reason else ""
            return f"{variable} is not accepted by {endpoint.root}{said}"
        case _:
            return f"{endpoint.root}: {' '.join(explain_fault(Locale.EN, fault))}"
