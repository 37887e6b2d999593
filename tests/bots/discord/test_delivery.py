"""Jobs of the engine on Discord: from the order to the video, or to the notice that it failed."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from bots.discord.conversation import NAME
from core.engine.engine import Engine
from core.engine.order import Order
from core.errors import FaultKind
from core.jobs import JobState
from core.platform import ConversationRef, MessageRef, User
from tests.fakes.discord.deferring_bot import DeferringBotHarness, deferring_bot
from tests.fakes.engine_harness import EngineHarness, stored
from tests.fakes.manual_gateway import CREATE, FETCH, ManualGateway, open_gateway
from tests.fakes.movies import make_movie


@dataclass(frozen=True, slots=True)
class DeliveryHarness:
    """An engine between Discord and a gateway that answers when it is told to."""

    deferring_bot: DeferringBotHarness
    engine: Engine
    gateway: ManualGateway
    harness: EngineHarness

    def order(self, ref: ConversationRef, command: MessageRef | None = None) -> Order:
        """Ann's; where she is told things is nothing that the order says."""
        user = User(platform=NAME, id=str(self.deferring_bot.ann.id))
        place = replace(ref, owner="")
        return replace(self.harness.order(), user=user, conversation=place, command=command)


@asynccontextmanager
async def deliveries(folder: Path) -> AsyncGenerator[DeliveryHarness]:
    film = make_movie(folder / "film.mp4", 64, 64, 1.0).read_bytes()
    async with deferring_bot(folder) as here, open_gateway(film) as gateway:
        harness = EngineHarness(folder=folder, root=gateway.root, platforms={NAME: here.platform})
        async with harness.engine() as engine:
            yield DeliveryHarness(here, engine, gateway, harness)


async def test_a_job_fills_the_response_and_posts_its_video(tmp_path: Path) -> None:
    async with deliveries(tmp_path) as here:
        command = await here.deferring_bot.command()
        await here.gateway.allow("create", "look", "fetch")
        job = await here.engine.submit(here.order(here.deferring_bot.public, command))
        await here.engine.idle()

        row = await stored(here.engine, job.id)
    status, video = here.deferring_bot.messages()
    assert row.state is JobState.DONE
    assert "Done" in status["content"]
    assert f"<@{here.deferring_bot.ann.id}>" in video["content"]
    assert video["message_reference"]["message_id"] == status["id"]
    assert len(here.deferring_bot.files(video)[0]) == row.assets[0].size_bytes


@pytest.mark.parametrize("code", [50001, 50013])
async def test_a_video_that_the_channel_refuses_comes_to_its_owner_and_says_why(
    tmp_path: Path, code: int
) -> None:
    async with deliveries(tmp_path) as here:
        job = await here.engine.submit(here.order(here.deferring_bot.public))
        await here.gateway.reached(CREATE)
        here.deferring_bot.server.refuse("POST /channels/*/messages", 403, code, "no")
        await here.gateway.allow("create", "look", "fetch")
        await here.engine.idle()

        row = await stored(here.engine, job.id)
    assert row.state is JobState.DONE
    (video,) = here.deferring_bot.direct()
    assert here.deferring_bot.files(video)
    assert "Posted here because" in video["content"]


async def test_a_video_that_nobody_takes_costs_nothing(tmp_path: Path) -> None:
    async with deliveries(tmp_path) as here:
        job = await here.engine.submit(here.order(here.deferring_bot.public))
        await here.gateway.reached(CREATE)
        for _ in range(2):
            here.deferring_bot.server.refuse("POST /channels/*/messages", 403, 50013, "no")
        await here.gateway.allow("create", "look", "fetch")
        await here.engine.idle()

        row = await stored(here.engine, job.id)
    assert (row.state, row.credits) == (JobState.FAILED, 0)
    assert row.fault
    assert row.fault.kind is FaultKind.UNDELIVERABLE
    (status,) = here.deferring_bot.messages()
    assert status["components"][0]["components"][0]["custom_id"] == f"retry?job={job.id}"


async def test_the_owner_gets_the_video_when_the_bot_was_thrown_out_in_mid_job(
    tmp_path: Path,
) -> None:
    async with deliveries(tmp_path) as here:
        job = await here.engine.submit(here.order(here.deferring_bot.public))
        await here.gateway.reached(CREATE)
        here.deferring_bot.server.world.kick(here.deferring_bot.guild)
        await here.gateway.allow("create", "look", "fetch")
        await here.engine.idle()

        row = await stored(here.engine, job.id)
    assert row.state is JobState.DONE
    (video, *_) = here.deferring_bot.direct()
    assert here.deferring_bot.files(video)


async def test_a_private_job_is_seen_by_nobody_else(tmp_path: Path) -> None:
    async with deliveries(tmp_path) as here:
        command = await here.deferring_bot.command(here.deferring_bot.private, ephemeral=True)
        await here.gateway.allow("create", "look", "fetch")
        await here.engine.submit(here.order(here.deferring_bot.private, command))
        await here.engine.idle()

    (video,) = here.deferring_bot.messages()
    assert video["flags"] & 64
    assert here.deferring_bot.files(video)


@pytest.mark.parametrize("answer", ["none", "502", "page"])
async def test_a_private_video_whose_answer_is_lost_is_there_once(
    tmp_path: Path, answer: str
) -> None:
    async with deliveries(tmp_path) as here:
        server = here.deferring_bot.server
        command = await here.deferring_bot.command(here.deferring_bot.private, ephemeral=True)
        job = await here.engine.submit(here.order(here.deferring_bot.private, command))
        await here.gateway.allow("create", "look")
        await here.gateway.reached(FETCH)
        # Whichever way the video goes: all that is sent by the token now.
        for pattern in ("POST /webhooks/*", "PATCH /webhooks/*"):
            match answer:
                case "none":
                    server.lose_answer(pattern)
                case "502":
                    server.refuse(pattern, 502, 0, "Bad Gateway", done=True)
                case _:
                    server.garble(pattern)
        await here.gateway.allow("fetch")
        await here.engine.idle()

        row = await stored(here.engine, job.id)
    assert row.state is JobState.DONE
    assert sum(map(bool, map(here.deferring_bot.files, here.deferring_bot.messages()))) == 1
