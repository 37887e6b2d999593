"""Whom an operator names is checked by the platform that it is about, before anything runs."""

from pathlib import Path

import pytest

from tests.fakes.cli import run

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        (
            {"ADMINS": "telegram:@ann"},
            "ADMINS: an entry for telegram is not the id of a user there",
        ),
        ({"ADMINS": "telegram:-5"}, "ADMINS: an entry for telegram is not the id of a user there"),
        (
            {"ALLOWED_CHATS": "discord:-5"},
            "ALLOWED_CHATS: an entry for discord is not the id of a chat there",
        ),
    ],
)
async def test_an_id_that_its_platform_does_not_know_is_refused(
    tmp_path: Path, variables: dict[str, str], said: str
) -> None:
    done = await run(tmp_path, "models", variables=variables)

    assert (done.code, done.err) == (2, f"cliprelay: {said}\n")


async def test_a_platform_that_is_not_here_is_only_warned_about(tmp_path: Path) -> None:
    variables = {"ADMINS": "telegram:123,matrix:@a:x.org", "ALLOWED_CHATS": "telegram:-100"}

    done = await run(tmp_path, "models", variables=variables)

    assert done.code == 0
    assert "ADMINS: matrix is no platform of this bot, which has telegram, discord" in done.err
    assert "ALLOWED_CHATS" not in done.err
