"""The environment and .env become settings; what is wrong is named, and never shown."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from core.settings import Settings

ROOT = Path(__file__).parents[2]
PRINT = """
import json
from core.settings import misspelt, read_account, survey_settings
settings, wrong = survey_settings()
found = [settings.model_dump(mode="json"), str(read_account("APIYI"))]
near = dict(misspelt(["APIYI", "WHATAI"]))
print(json.dumps({"wrong": wrong, "found": found, "misspelt": near}))
"""


def survey(folder: Path, **variables: str) -> dict[str, Any]:
    """What a process with exactly these variables finds."""
    done = subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-c", PRINT],
        cwd=folder,
        env={"PYTHONPATH": str(ROOT), **variables},
        capture_output=True,
        check=True,
        text=True,
    )
    return json.loads(done.stdout)


def read(folder: Path, **variables: str) -> object:
    """What it reads, or what is wrong."""
    survey_ = survey(folder, **variables)
    return "\n".join(survey_["wrong"]) or survey_["found"]


def test_everything_has_a_default(tmp_path: Path) -> None:
    settings, account = read(tmp_path)  # type: ignore[misc]

    assert settings == {
        "database_url": "sqlite:///data/cliprelay.db",
        "media_dir": "data/media",
        "min_free_mb": 500,
        "media_days": 7.0,
        "history_days": 0.0,
        "share_days": 7.0,
        "catalog_files": [],
        "comfyui_workflows": None,
        "gateway_order": [],
        "default_locale": "en",
        "admins": [],
        "allowed_chats": [],
        "daily_credits": 0,
        "monthly_credits": 0,
        "chat_daily_credits": 0,
        "credit_name": "",
        "credits_per_unit": 1,
        "stars_per_100_credits": 0,
        "jobs_per_user": 2,
        "waiting_per_user": 10,
        "waiting_jobs": 1000,
        "per_minute": 6,
        "blocked_words": None,
        "chat_history": 20,
        "chat_auto_confirm_credits": 0,
        "chat_retention_days": 30.0,
        "drain_seconds": 240.0,
        "log_level": "INFO",
        "telegram_bot_token": None,
        "telegram_api_url": None,
        "telegram_local": False,
        "telegram_rich": False,
        "telegram_webhook_url": None,
        "telegram_webhook_secret": None,
        "discord_bot_token": None,
        "discord_guild_ids": [],
        "discord_api_url": None,
        "public_url": None,
        "quota_webhook_secret": None,
        "http_host": "127.0.0.1",
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


def test_all_that_is_wrong_is_said_at_once_and_the_rest_is_read(tmp_path: Path) -> None:
    found = survey(tmp_path, JOBS_PER_USER="x", HTTP_PORT="-1", PUBLIC_URL="h", LOG_LEVEL="error")

    assert found["wrong"] == [
        "JOBS_PER_USER: must be a whole number",
        "PUBLIC_URL: must be an address that starts with http:// or https://",
        "HTTP_PORT: must be at least 0",
    ]
    settings, _ = found["found"]
    assert (settings["jobs_per_user"], settings["public_url"]) == (2, None)
    assert settings["log_level"] == "ERROR"


NUMBERS = sorted(
    name.upper()
    for name, field in Settings.model_fields.items()
    if {int, float} & {field.annotation} and name != "http_port"
)


@pytest.mark.parametrize("value", ["inf", "nan", "1e300", "9" * 30, "9" * 5000])
def test_no_setting_is_without_end_or_more_than_anybody_means(tmp_path: Path, value: str) -> None:
    found = survey(tmp_path, **dict.fromkeys(NUMBERS, value))

    wrong = dict(line.split(": ", 1) for line in found["wrong"])
    assert sorted(wrong) == NUMBERS
    for sentence in wrong.values():
        assert re.fullmatch(
            r"must be a (whole )?number|must be at most \d+|is too large", sentence
        )


def test_what_is_much_and_can_be_meant_is_taken(tmp_path: Path) -> None:
    settings, _ = read(  # type: ignore[misc]
        tmp_path, MEDIA_DAYS="36500", SHARE_DAYS="0.5", MONTHLY_CREDITS="1000000000"
    )

    assert (settings["media_days"], settings["share_days"]) == (36_500, 0.5)
    assert settings["monthly_credits"] == 1_000_000_000


def test_case_and_blanks_around_a_value_do_not_matter(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(b"\xef\xbb\xbfAPIYI_API_KEY=sk-from-notepad \n")

    settings, account = read(  # type: ignore[misc]
        tmp_path,
        LOG_LEVEL=" debug",
        DEFAULT_LOCALE="ZH",
        DISCORD_GUILD_IDS=" 12 ",
        PUBLIC_URL=" \t",
    )

    assert (settings["log_level"], settings["default_locale"]) == ("DEBUG", "zh")
    assert (settings["discord_guild_ids"], settings["public_url"]) == ([12], None)
    assert account == "key=SecretStr('**********') base_url=None"


def test_blanks_behind_a_token_are_cut(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text('DISCORD_BOT_TOKEN="123:abc "\n')

    assert survey(tmp_path)["wrong"] == []


@pytest.mark.parametrize("wrong", ["123:a b", '"123:abc"', "123:абв"])
def test_a_token_that_no_header_could_carry_is_refused(tmp_path: Path, wrong: str) -> None:
    said = read(tmp_path, DISCORD_BOT_TOKEN=wrong)

    assert isinstance(said, str)
    assert said.startswith("DISCORD_BOT_TOKEN: has blanks")
    assert wrong not in said


@pytest.mark.parametrize("wrong", ["bot.example.org", "ftp://x", "http://[x", "https://:80"])
def test_what_is_no_address_is_refused_wherever_one_is_meant(tmp_path: Path, wrong: str) -> None:
    names = ("TELEGRAM_API_URL", "TELEGRAM_WEBHOOK_URL", "DISCORD_API_URL", "PUBLIC_URL")

    found = survey(tmp_path, **dict.fromkeys(names, wrong))

    assert found["wrong"] == [
        f"{name}: must be an address that starts with http:// or https://" for name in names
    ]


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("HTTPS://Bot.Example:443/Here", "https://bot.example/Here"),
        ("http://bot.example:80", "http://bot.example"),
        ("https://bücher.example:8443/", "https://xn--bcher-kva.example:8443/"),
    ],
)
def test_our_own_address_is_as_browsers_name_it(tmp_path: Path, given: str, kept: str) -> None:
    assert survey(tmp_path, PUBLIC_URL=given)["found"][0]["public_url"] == kept


@pytest.mark.parametrize(
    "end", ["?", "?a=1", "#", "#a", "a;b", "//u@bot.example", "//u:p@x.example"]
)
def test_an_address_that_nothing_can_be_below_is_not_ours(tmp_path: Path, end: str) -> None:
    given = f"https:{end}" if end.startswith("//") else f"https://bot.example/{end}"
    found = survey(tmp_path, PUBLIC_URL=given)

    says = "must be an address without a name to log in, and without ?, # and ;"
    assert found["wrong"] == [f"PUBLIC_URL: {says}"]


def test_a_file_that_is_no_text_is_named(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(b"LOG_LEVEL=\xff\xfe\n")

    assert read(tmp_path) == ".env: cannot be read: it is not UTF-8 text"


def test_variables_that_look_like_ours_are_found_in_file_and_environment(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(
        "APIYI_APIKEY=x\nWHATAI_TOKEN=x\nHTTP_PROXY=x\nTELEGRAM_API_ID=1\n"
    )

    found = survey(tmp_path, TELEGRAM_API="x", LOGLEVEL="INFO", LOG_LEVEL="INFO", ADMINS="")

    assert found["misspelt"] == {
        "TELEGRAM_API": ["TELEGRAM_API_URL", True],
        "LOGLEVEL": ["LOG_LEVEL", False],
        "APIYI_APIKEY": ["APIYI_API_KEY", True],
        "WHATAI_TOKEN": ["WHATAI_API_KEY", True],
    }
