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
    async with asyncio.timeout(90):
        async for line in lines:
            if line.startswith("data: "):
                found = json.loads(line.removeprefix("data: "))
                if part in str(found.get(name, "")):
                    return found
    raise AssertionError(f"it ended before {part!r} was told")


async def test_jobs_of_another_machine_go_without_a_reload(tmp_path: Path, url: str) -> None:
    async with open_gateway(b"") as gateway:
        policy = Policy(admins=frozenset({str(EVE.party)}))
        here = EngineHarness(
            folder=tmp_path, root=gateway.root, policy=policy, in_fleet=True, address=url
        )
        there = replace(here, media="other").engine()
        async with there as other:
            # Before the other one comes, which might take it.
            job = await other.submit(here.order("a cat in the snow"))
            await gateway.reached(CREATE)
            async with page_lab(here) as lab:
                secret, _ = await lab.engine.services.sessions.begin(Area.DASHBOARD, EVE, HERE)
                headers = {"cookie": f"__Secure-cliprelay-dashboard={secret}"}
                page = (await lab.client.get("/dashboard/", headers=headers)).text
                paths = ("/dashboard/events", f"/dashboard/jobs/{job.id}/events")
                now, one = (
                    lab.client.stream("GET", path, headers=headers, timeout=90) for path in paths
                )
                async with now as listed, one as followed:
                    lines, moves = listed.aiter_lines(), followed.aiter_lines()
                    runs = await told(lines, "elsewhere", job.id)
                    await told(moves, "actions", "cancel")
                    await other.cancel(job.id)
                    over = await told(moves, "said", "cancelled")
                    assert await told(lines, "elsewhere", "No other machine")

    assert "Looked up every 5 seconds while this page is open." in page
    assert job.id in page
    assert "a cat in the snow" in runs["elsewhere"]
    assert over["doing"] == "cancelled"
