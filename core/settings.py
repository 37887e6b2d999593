"""The only reader of the environment and of `.env`."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    create_model,
    field_validator,
)
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from core.errors import SettingsError
from core.redact import know
from core.validation import objection

S = TypeVar("S", bound=BaseSettings)

_PARTY = re.compile(r"[a-z][a-z0-9_-]*:\S+")


def _check_party(text: str) -> str:
    if not _PARTY.fullmatch(text):
        raise PydanticCustomError(
            "party", "each entry is a platform, a colon and an id on that platform, without spaces"
        )
    return text


Parties = Annotated[tuple[Annotated[str, AfterValidator(_check_party)], ...], NoDecode]


class _FromEnvironment(BaseSettings):
    model_config = SettingsConfigDict(
        env_file=".env",
        env_file_encoding="utf-8",
        extra="ignore",
        frozen=True,
        env_ignore_empty=True,
    )


class Settings(_FromEnvironment):
    """What the operator can configure; a field's name in capitals is the variable's."""

    database_url: str = "sqlite+aiosqlite:///data/cliprelay.db"
    media_dir: Path = Path("data/media")
    catalog_files: Annotated[tuple[Path, ...], NoDecode] = ()
    gateway_order: Annotated[tuple[str, ...], NoDecode] = ()
    default_locale: Literal["en", "zh"] = "en"
    admins: Parties = ()
    allowed_chats: Parties = ()
    jobs_per_user: Annotated[int, Field(ge=1)] = 2
    drain_seconds: Annotated[float, Field(ge=0)] = 240
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    telegram_bot_token: SecretStr | None = None
    telegram_api_url: str | None = None
    telegram_local: bool = False
    telegram_webhook_url: str | None = None
    telegram_webhook_secret: SecretStr | None = None
    discord_bot_token: SecretStr | None = None
    discord_guild_ids: Annotated[tuple[int, ...], NoDecode] = ()
    discord_api_url: str | None = None
    public_url: str | None = None
    quota_webhook_secret: SecretStr | None = None
    http_port: Annotated[int, Field(ge=1, le=65535)] = 8080

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


class Account(BaseModel):
    """What the operator has at one gateway."""

    model_config = ConfigDict(frozen=True)

    key: SecretStr | None = None
    base_url: str | None = None


def read_settings() -> Settings:
    """Read all that is not a gateway's.

    Raises:
        SettingsError: naming the variable, never its value.
    """
    return _read(Settings)


def read_account(prefix: str) -> Account:
    """Read `<prefix>_API_KEY` and `<prefix>_BASE_URL`."""
    key, base_url = f"{prefix}_API_KEY", f"{prefix}_BASE_URL"
    schema = create_model(
        "Variables",
        __base__=_FromEnvironment,
        key=(SecretStr | None, Field(default=None, validation_alias=key)),
        base_url=(str | None, Field(default=None, validation_alias=base_url)),
    )
    values: Mapping[str, object] = _read(schema).model_dump()
    return Account.model_validate(values)


def _read(schema: type[S]) -> S:
    try:
        settings = schema()
    except ValidationError as error:
        place, wrong = objection(error)
        variable = place.partition(".")[0].upper()
        raise SettingsError(f"{variable}: {wrong}") from None
    values = [getattr(settings, name) for name in schema.model_fields]
    know(*(each.get_secret_value() for each in values if isinstance(each, SecretStr)))
    return settings
