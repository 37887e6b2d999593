"""Voice messages on Discord: in private, or replied to."""

from pathlib import Path

import pytest

from tests.fakes.discord.bot import discord_bot
from tests.fakes.sounds import sound


@pytest.mark.parametrize("way", ["own", "reply"])
async def test_it_is_the_question(tmp_path: Path, way: str) -> None:
    async with discord_bot(tmp_path) as here, here.bot() as engine:
        direct, backend = here.ada.user.dm_channel, here.server.world.backend
        (file,) = here.server.world.store(direct.id, ("voice-message.wav", sound()))
        file = file | {"content_type": "audio/wav", "duration_secs": 2.0, "waveform": "AA=="}
        if way == "own":
            await here.ada.user.send_dm("", attachments=[file])
        else:
            said = backend.create_message(direct.id, here.ada.id, attachments=[file])
            reference = {"message_id": str(said.id), "channel_id": str(direct.id)}
            await here.ada.user.send_dm("/ask", reference=reference)
        await here.until_shown("I heard: “I heard 2.0 seconds.”", direct.id)
        await engine.idle()

    assert here.harness.paid == 2
