"""What the dashboard of one machine tells live of the jobs of another."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from core.people.access import Policy
from core.people.sessions import Area
from core.platform import ConversationRef, User
from tests.fakes.engine_harness import EngineHarness
from tests.fakes.manual_gateway import CREATE, open_gateway
from tests.fakes.memory_platform import NAME
from tests.fakes.page_lab import page_lab

pytestmark = pytest.mark.fleet

EVE = User(platform=NAME, id="eve")
HERE = ConversationRef(platform=NAME, chat="1")


async def told(lines: AsyncIterator[str], name: str, part: str) -> dict[str, Any]:
    """Read on until that is told."""
    async with asyncio.timeout(30):
        async for line in lines:
            if line.startswith("data: "):
                found = json.loads(line.removeprefix("data: "))
                if part in str(found.get(name, "")):
                    return found
    raise AssertionError(f"it ended before {part!r} was told")


async def test_jobs_of_another_machine_come_and_go_without_a_reload(
    tmp_path: Path, url: str
) -> None:
    async with open_gateway(b"") as gateway:
        policy = Policy(admins=frozenset({str(EVE.party)}))
        here = EngineHarness(
            folder=tmp_path, root=gateway.root, policy=policy, in_fleet=True, address=url
        )
        async with page_lab(here) as lab, replace(here, media="other").engine() as there:
            secret, _ = await lab.engine.services.sessions.begin(Area.DASHBOARD, EVE, HERE)
            headers = {"cookie": f"__Secure-cliprelay-dashboard={secret}"}
            get, path = lab.client.stream, "/dashboard/events"
            async with get("GET", path, headers=headers, timeout=30) as answer:
                lines = answer.aiter_lines()
                before = await told(lines, "looked", "")
                job = await there.submit(here.order("a cat in the snow"))
                await gateway.reached(CREATE)
                runs = await told(lines, "elsewhere", job.id)
                page = (await lab.client.get("/dashboard/", headers=headers)).text
                path = f"/dashboard/jobs/{job.id}/events"
                async with get("GET", path, headers=headers, timeout=30) as followed:
                    moves = followed.aiter_lines()
                    await told(moves, "actions", "cancel")
                    await there.cancel(job.id)
                    over = await told(moves, "said", "cancelled")
                gone = await told(lines, "elsewhere", "No other machine")

    assert "No other machine" in before["elsewhere"]
    assert before["looked"] == "Looked up every 5 seconds while this page is open."
    assert "a cat in the snow" in runs["elsewhere"]
    assert job.id in page
    assert over["doing"] == "cancelled"
    assert gone
