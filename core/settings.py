"""The only reader of the environment and of `.env`."""

import os
import re
from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from dotenv import dotenv_values
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    create_model,
    field_validator,
    model_validator,
)
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from core.redact import know
from core.validation import check_address, normal_address, objections

S = TypeVar("S", bound=BaseSettings)

FILE = Path(".env")
# Notepad begins a file with a byte order mark.
_ENCODING = "utf-8-sig"

_PARTY = re.compile(r"[a-z][a-z0-9_-]*:\S+")
_TOKEN = re.compile(r"[!#-&(-~]+")
_WEBHOOK_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")
# More of anything nobody means; and of days it would end after all that a calendar has.
_MOST = 1_000_000_000
_MOST_DAYS = 36_500
# What is so much like one of our variables was meant to be it; gateways' names are nobody else's.
_ALIKE = 0.8
_ALIKE_AT_GATEWAY = 0.6
# Others read them from the same file: the Bot API server of compose.yaml.
_NEIGHBOURS = frozenset(map(str.upper, ("telegram_api_id", "telegram_api_hash")))


def _check_party(text: str) -> str:
    if not _PARTY.fullmatch(text):
        raise PydanticCustomError(
            "party", "each entry is a platform, a colon and an id on that platform, without spaces"
        )
    return text


def _check_token(token: SecretStr) -> SecretStr:
    if not _TOKEN.fullmatch(token.get_secret_value()):
        raise PydanticCustomError(
            "token", "has blanks, quotation marks or letters that no token has; copy it again"
        )
    return token


def _check_webhook_secret(secret: SecretStr) -> SecretStr:
    if not _WEBHOOK_SECRET.fullmatch(secret.get_secret_value()):
        raise PydanticCustomError(
            "webhook_secret", "may have up to 256 letters, digits, _ and -, and nothing else"
        )
    return secret


Address = Annotated[str, AfterValidator(check_address)]
Token = Annotated[SecretStr, AfterValidator(_check_token)]
Days = Annotated[float, Field(ge=0, le=_MOST_DAYS)]
Parties = Annotated[tuple[Annotated[str, AfterValidator(_check_party)], ...], NoDecode]


class _FromEnvironment(BaseSettings):
    model_config = SettingsConfigDict(
        env_file=FILE,
        env_file_encoding=_ENCODING,
        extra="ignore",
        frozen=True,
        env_ignore_empty=True,
        allow_inf_nan=False,
    )

    @model_validator(mode="before")
    @classmethod
    def _trim(cls, given: dict[str, object]) -> dict[str, object]:
        """Cut blanks, which come along when something is copied; nothing but blanks is nothing."""
        cut = {name: v.strip() if isinstance(v, str) else v for name, v in given.items()}
        return {name: value for name, value in cut.items() if value != ""}


class Settings(_FromEnvironment):
    """What the operator can configure; a field's name in capitals is the variable's."""

    database_url: str = "sqlite:///data/cliprelay.db"
    media_dir: Path = Path("data/media")
    min_free_mb: Annotated[int, Field(ge=0)] = 500
    media_days: Days = 7
    history_days: Days = 0
    share_days: Days = 7
    catalog_files: Annotated[tuple[Path, ...], NoDecode] = ()
    comfyui_workflows: Path | None = None
    gateway_order: Annotated[tuple[str, ...], NoDecode] = ()
    default_locale: Literal["en", "zh"] = "en"
    admins: Parties = ()
    allowed_chats: Parties = ()
    daily_credits: Annotated[int, Field(ge=0)] = 0
    monthly_credits: Annotated[int, Field(ge=0)] = 0
    chat_daily_credits: Annotated[int, Field(ge=0)] = 0
    credit_name: Annotated[str, Field(max_length=20)] = ""
    credits_per_unit: Annotated[int, Field(ge=1)] = 1
    stars_per_100_credits: Annotated[int, Field(ge=0, le=10_000)] = 0
    jobs_per_user: Annotated[int, Field(ge=1)] = 2
    waiting_per_user: Annotated[int, Field(ge=1)] = 10
    waiting_jobs: Annotated[int, Field(ge=1)] = 1000
    per_minute: Annotated[int, Field(ge=0)] = 6
    blocked_words: Path | None = None
    drain_seconds: Annotated[float, Field(ge=0)] = 240
    chat_history: Annotated[int, Field(ge=2)] = 20
    chat_auto_confirm_credits: Annotated[int, Field(ge=0)] = 0
    chat_retention_days: Annotated[Days, Field(gt=0)] = 30
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    telegram_bot_token: Token | None = None
    telegram_api_url: Address | None = None
    telegram_local: bool = False
    telegram_rich: bool = False
    telegram_webhook_url: Address | None = None
    telegram_webhook_secret: Annotated[SecretStr, AfterValidator(_check_webhook_secret)] | None = (
        None
    )
    discord_bot_token: Token | None = None
    discord_guild_ids: Annotated[tuple[int, ...], NoDecode] = ()
    discord_api_url: Address | None = None
    public_url: Annotated[Address, AfterValidator(normal_address)] | None = None
    quota_webhook_secret: SecretStr | None = None
    http_host: str = "127.0.0.1"
    http_port: Annotated[int, Field(ge=0, le=65535)] = 8080

    @property
    def is_called(self) -> bool:
        """Whether anybody from outside has a reason to call our own HTTP server."""
        return any((self.public_url, self.telegram_webhook_url, self.quota_webhook_secret))

    @field_validator(
        "catalog_files",
        "gateway_order",
        "admins",
        "allowed_chats",
        "discord_guild_ids",
        mode="before",
    )
    @classmethod
    def _split(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value

    @field_validator("*")
    @classmethod
    def _is_sane(cls, value: object) -> object:
        """Whatever is a number, and has no limit of its own, has this one."""
        if isinstance(value, int | float) and value > _MOST:
            raise PydanticCustomError("absurd", "must be at most {le}", {"le": _MOST})
        return value

    @field_validator("default_locale", mode="before")
    @classmethod
    def _lower(cls, value: object) -> object:
        return value.lower() if isinstance(value, str) else value

    @field_validator("log_level", mode="before")
    @classmethod
    def _upper(cls, value: object) -> object:
        return value.upper() if isinstance(value, str) else value


class Account(BaseModel):
    """What the operator has at one gateway."""

    model_config = ConfigDict(frozen=True)

    key: SecretStr | None = None
    base_url: str | None = None


def survey_settings() -> tuple[Settings, Sequence[str]]:
    """Read all that is not a gateway's, as far as it can be read.

    Returns:
        What is wrong has its default; and a line for each wrong variable, naming it, never its
        value.
    """
    return _survey(Settings)


def read_account(prefix: str) -> Account:
    """Read `<prefix>_API_KEY` and `<prefix>_BASE_URL`."""
    key, base_url = f"{prefix}_API_KEY", f"{prefix}_BASE_URL"
    schema = create_model(
        "Variables",
        __base__=_FromEnvironment,
        key=(SecretStr | None, Field(default=None, validation_alias=key)),
        base_url=(str | None, Field(default=None, validation_alias=base_url)),
    )
    read, _ = _survey(schema)
    values: Mapping[str, object] = read.model_dump()
    return Account.model_validate(values)


def misspelt(prefixes: Iterable[str]) -> Mapping[str, tuple[str, bool]]:
    """Variables that are none of ours and look like one.

    Args:
        prefixes: of the gateways' variables.

    Returns:
        What each was probably meant to be, and whether that one is missing.
    """
    theirs = {f"{prefix}_{name}" for prefix in prefixes for name in ("API_KEY", "BASE_URL")}
    known = {*(name.upper() for name in Settings.model_fields), *theirs}
    given = {name.upper(): name for name in (*os.environ, *file_values())}  # noqa: TID251 - see above
    strangers = [name for name in given if name not in known | _NEIGHBOURS]
    near = {given[name]: _meant(name, known, theirs) for name in strangers}
    return {name: (meant, meant not in given) for name, meant in near.items() if meant}


def _meant(name: str, known: Iterable[str], theirs: Iterable[str]) -> str:
    family = [each for each in theirs if each.partition("_")[0] == name.partition("_")[0]]
    near = get_close_matches(name, sorted(known), 1, _ALIKE)
    return next(iter(near or get_close_matches(name, sorted(family), 1, _ALIKE_AT_GATEWAY)), "")


def outer_values() -> Mapping[str, str]:
    """What the environment itself sets, by names in capitals; it goes before `.env`."""
    return {name.upper(): value.strip() for name, value in os.environ.items() if value.strip()}  # noqa: TID251 - see above


def file_values() -> Mapping[str, str | None]:
    """What stands in `.env`; nothing where it cannot be read."""
    try:
        return dotenv_values(FILE, encoding=_ENCODING)
    except (OSError, UnicodeDecodeError):
        return {}  # is told where the values themselves are read


def _survey(schema: type[S], **given: Any) -> tuple[S, Sequence[str]]:
    wrong: Sequence[str] = ()
    try:
        settings = schema(**given)
    except ValidationError as error:
        found = {place.partition(".")[0]: sentence for place, sentence in objections(error)}
        wrong = [f"{name.upper()}: {sentence}" for name, sentence in found.items()]
        instead: dict[str, Any] = {name: schema.model_fields[name].default for name in found}
        settings = schema(**given, **instead)
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        settings, others = _survey(schema, _env_file=None)
        wrong = (f"{FILE}: cannot be read: {why}", *others)
    values = [getattr(settings, name) for name in schema.model_fields]
    know(*(each.get_secret_value() for each in values if isinstance(each, SecretStr)))
    return settings, wrong
