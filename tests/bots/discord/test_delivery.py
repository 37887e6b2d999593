"""Jobs of the engine on Discord: from the order to the video, or to the notice that it failed."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from bots.discord.conversation import NAME
from core.engine.engine import Engine, Order
from core.errors import FaultKind
from core.jobs import JobState
from core.platform import ConversationRef, MessageRef, User
from tests.fakes.discord_scene import Scene, scene
from tests.fakes.gateway import CREATE, Gateway, open_gateway
from tests.fakes.lab import Lab, stored
from tests.fakes.movies import make_movie


@dataclass(frozen=True, slots=True)
class Studio:
    """An engine between Discord and a gateway that answers when it is told to."""

    scene: Scene
    engine: Engine
    gateway: Gateway
    lab: Lab

    def order(self, ref: ConversationRef, command: MessageRef | None = None) -> Order:
        """Ann's; where she is told things is nothing that the order says."""
        user = User(platform=NAME, id=str(self.scene.ann.id))
        place = replace(ref, owner="")
        return replace(self.lab.order(), user=user, conversation=place, command=command)


@asynccontextmanager
async def studio(folder: Path) -> AsyncGenerator[Studio]:
    film = make_movie(folder / "film.mp4", 64, 64, 1.0).read_bytes()
    async with scene(folder) as here, open_gateway(film) as gateway:
        lab = Lab(folder=folder, root=gateway.root, platforms={NAME: here.platform})
        async with lab.engine() as engine:
            yield Studio(here, engine, gateway, lab)


async def test_a_job_fills_the_response_and_posts_its_video(tmp_path: Path) -> None:
    async with studio(tmp_path) as here:
        command = await here.scene.command()
        await here.gateway.allow("create", "look", "fetch")
        job = await here.engine.submit(here.order(here.scene.public, command))
        await here.engine.idle()

        row = await stored(here.engine, job.id)
    status, video = here.scene.messages()
    assert row.state is JobState.DONE
    assert "Done" in status["content"]
    assert f"<@{here.scene.ann.id}>" in video["content"]
    assert video["message_reference"]["message_id"] == status["id"]
    assert len(here.scene.files(video)[0]) == row.assets[0].size_bytes


@pytest.mark.parametrize("code", [50001, 50013])
async def test_a_video_that_the_channel_refuses_costs_nothing(tmp_path: Path, code: int) -> None:
    async with studio(tmp_path) as here:
        job = await here.engine.submit(here.order(here.scene.public))
        await here.gateway.reached(CREATE)
        here.scene.server.refuse("POST /channels/*/messages", 403, code, "no")
        await here.gateway.allow("create", "look", "fetch")
        await here.engine.idle()

        row = await stored(here.engine, job.id)
    assert (row.state, row.credits) == (JobState.FAILED, 0)
    assert row.fault
    assert row.fault.kind is FaultKind.UNDELIVERABLE
    (status,) = here.scene.messages()
    assert status["components"][0]["components"][0]["custom_id"] == f"retry:{job.id}"


async def test_the_owner_is_told_when_the_bot_was_thrown_out_in_mid_job(tmp_path: Path) -> None:
    async with studio(tmp_path) as here:
        job = await here.engine.submit(here.order(here.scene.public))
        await here.gateway.reached(CREATE)
        here.scene.server.world.kick(here.scene.guild)
        await here.gateway.allow("create", "look", "fetch")
        await here.engine.idle()

        row = await stored(here.engine, job.id)
    assert (row.state, row.credits) == (JobState.FAILED, 0)
    (told,) = here.scene.direct()
    assert told["components"][0]["components"][0]["custom_id"] == f"retry:{job.id}"


async def test_a_private_job_is_seen_by_nobody_else(tmp_path: Path) -> None:
    async with studio(tmp_path) as here:
        command = await here.scene.command(here.scene.private, ephemeral=True)
        await here.gateway.allow("create", "look", "fetch")
        await here.engine.submit(here.order(here.scene.private, command))
        await here.engine.idle()

    status, video = here.scene.messages()
    assert (status["flags"] & 64, video["flags"] & 64) == (64, 64)
    assert here.scene.files(video)
