"""The environment and .env become settings; what is wrong is named, and never shown."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PRINT = """
import json
from core.errors import SettingsError
from core.settings import read_account, read_settings
try:
    print(json.dumps([read_settings().model_dump(mode="json"), str(read_account("APIYI"))]))
except SettingsError as error:
    print(json.dumps(str(error)))
"""


def read(folder: Path, **variables: str) -> object:
    """What a process with exactly these variables reads."""
    done = subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-c", PRINT],
        cwd=folder,
        env={"PYTHONPATH": str(ROOT), **variables},
        capture_output=True,
        check=True,
        text=True,
    )
    return json.loads(done.stdout)


def test_everything_has_a_default(tmp_path: Path) -> None:
    settings, account = read(tmp_path)  # type: ignore[misc]

    assert settings == {
        "database_url": "sqlite+aiosqlite:///data/cliprelay.db",
        "media_dir": "data/media",
        "catalog_files": [],
        "gateway_order": [],
        "default_locale": "en",
        "admins": [],
        "allowed_chats": [],
        "jobs_per_user": 2,
        "drain_seconds": 240.0,
        "log_level": "INFO",
        "telegram_bot_token": None,
        "telegram_api_url": None,
        "telegram_webhook_url": None,
        "telegram_webhook_secret": None,
        "discord_bot_token": None,
        "discord_guild_ids": [],
        "discord_api_url": None,
        "public_url": None,
        "quota_webhook_secret": None,
        "http_port": 8080,
    }
    assert account == "key=None base_url=None"


def test_the_environment_beats_the_file_and_keys_are_not_printed(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(
        "APIYI_API_KEY=sk-from-file\nLOG_LEVEL=DEBUG\nDEFAULT_LOCALE=zh\nUNKNOWN=1\n"
    )

    settings, account = read(  # type: ignore[misc]
        tmp_path, LOG_LEVEL="ERROR", CATALOG_FILES="a.toml, b.toml,", APIYI_BASE_URL=""
    )

    assert settings["log_level"] == "ERROR"
    assert settings["default_locale"] == "zh"
    assert settings["catalog_files"] == ["a.toml", "b.toml"]
    assert account == "key=SecretStr('**********') base_url=None"


def test_admins_and_chats_are_lists_of_a_platform_and_an_id_in_any_shape(tmp_path: Path) -> None:
    settings, _ = read(  # type: ignore[misc]
        tmp_path, ADMINS="telegram:123, matrix:@a:x.org", ALLOWED_CHATS="telegram:-100123"
    )

    assert settings["admins"] == ["telegram:123", "matrix:@a:x.org"]
    assert settings["allowed_chats"] == ["telegram:-100123"]


def test_servers_are_numbers_and_a_wrong_one_is_named(tmp_path: Path) -> None:
    settings, _ = read(tmp_path, DISCORD_GUILD_IDS="123, 456")  # type: ignore[misc]

    assert settings["discord_guild_ids"] == [123, 456]
    assert "DISCORD_GUILD_IDS" in str(read(tmp_path, DISCORD_GUILD_IDS="films"))


@pytest.mark.parametrize("variable", ["ADMINS", "ALLOWED_CHATS"])
@pytest.mark.parametrize("wrong", ["123", "telegram:", ":123", "@ann:x", "telegram:1 2"])
def test_whom_nobody_could_be_is_an_error_that_says_the_form(
    tmp_path: Path, variable: str, wrong: str
) -> None:
    said = read(tmp_path, **{variable: f"telegram:1,{wrong}"})

    assert said == (
        f"{variable}: each entry is a platform, a colon and an id on that platform, without spaces"
    )


def test_a_wrong_value_is_an_error_that_names_the_variable_alone(tmp_path: Path) -> None:
    said = read(tmp_path, JOBS_PER_USER="sk-oops-a-secret")

    assert isinstance(said, str)
    assert said.startswith("JOBS_PER_USER: ")
    assert "sk-oops" not in said
