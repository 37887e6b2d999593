"""Two who listen at once, as one may that stood still: what reaches both is taken once."""

import asyncio

import httpx
import psycopg
import pytest

from tests.fakes.fleet import Fleet, FleetProcess
from tests.fakes.ports import free_port
from tests.fakes.tls import TLS

pytestmark = pytest.mark.fleet

SECRET = "open-sesame"  # noqa: S105 - nobody else's
# Who comes as `apart` finds leases of its own there, and everything else where it is.
APART = """
    CREATE ROLE {role} LOGIN SUPERUSER;
    CREATE SCHEMA apart;
    CREATE TABLE apart.leases (LIKE public.leases INCLUDING ALL);
    ALTER ROLE {role} IN DATABASE {database} SET search_path = apart, public;
"""


def url_apart(fleet: Fleet) -> str:
    """The same database for somebody who knows nothing of the leases of the others."""
    database = fleet.url.rpartition("/")[2]
    role = f"apart_{database}"
    with psycopg.connect(fleet.url.replace("+psycopg", ""), autocommit=True) as admin:
        admin.execute(APART.format(role=role, database=database).encode())
    return fleet.url.replace("postgres@", f"{role}@")


async def both(fleet: Fleet) -> tuple[tuple[FleetProcess, str], tuple[FleetProcess, str]]:
    """Start two that both listen to both platforms; gives them with their webhooks."""
    found = list[tuple[FleetProcess, str]]()
    for address in (fleet.url, url_apart(fleet)):
        url = f"http://127.0.0.1:{(port := free_port())}/hook"
        each = await fleet.start(
            DATABASE_URL=address,
            HTTP_PORT=str(port),
            TELEGRAM_WEBHOOK_URL=url,
            TELEGRAM_WEBHOOK_SECRET=SECRET,
        )
        await each.until_logged("listening as @")
        await each.until_logged("on Discord")
        found.append((each, url))
    return found[0], found[1]


async def test_an_update_that_reaches_both_is_answered_and_paid_once(fleet: Fleet) -> None:
    ada = fleet.telegram.user(7)
    chat = fleet.telegram.private(ada)
    (first, here), (second, there) = await both(fleet)

    fleet.telegram.say(chat, ada, "/video --model veo-3.1 a cat")
    (update,) = fleet.telegram.inbox.pending
    async with httpx.AsyncClient(trust_env=False, timeout=90, verify=TLS) as client:
        told = {"X-Telegram-Bot-Api-Secret-Token": SECRET}
        answers = await asyncio.gather(
            *(client.post(url, json=update, headers=told) for url in (here, there))
        )
    await fleet.telegram.until(lambda: fleet.telegram.called("sendVideo"))
    await fleet.discord.server.until(lambda: fleet.discord.server.gateway.identified == 2)
    wish = {"prompt": "a cat", "model": "veo-3.1"}
    await fleet.discord.ada.slash(fleet.discord.channel, "video", **wish)
    await fleet.discord.until_shown("Done in")
    assert [await each.stop() for each in (first, second)] == [0, 0]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert len(fleet.paid()) == 2
    assert len(fleet.telegram.called("sendVideo")) == 1
    assert fleet.rows("SELECT platform, state FROM jobs ORDER BY platform") == [
        ("discord", "done"),
        ("telegram", "done"),
    ]
    assert len(fleet.rows("SELECT id FROM arrivals")) == 1
    assert not any("Traceback" in line for each in (first, second) for line in each.log)
    assert fleet.discord.server.gateway.identified == 2
