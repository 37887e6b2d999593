"""What a long answer costs: work is counted, not time."""

import asyncio
from dataclasses import replace
from pathlib import Path

from core.commands.dispatch import dispatch
from core.i18n import Locale
from core.invocation import Invocation
from core.platform import ConversationRef, User
from tests.core.dialects.http_answers import frame as ending
from tests.core.dialects.http_answers import stream, told
from tests.fakes.engine_harness import EngineHarness
from tests.fakes.memory_platform import NAME
from tests.fakes.raw_server import raw_server

ANN = User(platform=NAME, id="ann")
HERE = ConversationRef(platform=NAME, chat="1")
DELTAS, PAGE = 20_000, 1000
# All there is to show before the file, and a page that is being begun.
SHOWN = 5 * PAGE


async def test_what_is_behind_the_last_page_is_not_rendered_while_it_comes(
    tmp_path: Path,
) -> None:
    rendered: list[int] = []

    def written(text: str) -> str:
        rendered.append(len(text))
        return text

    async def answer(_: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(stream(""))
        for _nth in range(100):
            writer.write(told(*["ab "] * (DELTAS // 100)).encode())
            await writer.drain()
            await asyncio.sleep(0)
        writer.write((ending({}, "stop") + "data: [DONE]\n\n").encode())

    async with raw_server(answer) as server:
        harness = EngineHarness(folder=tmp_path, root=server.url)
        harness.chat.limits = replace(harness.chat.limits, text_chars=PAGE, written=written)
        async with harness.engine() as engine:
            asking = Invocation(
                command="ask", text="--model sandbox-chat x", user=ANN, conversation=HERE
            )
            await dispatch(engine, asking, Locale.EN)
            await engine.idle()
            exchange = await engine.services.exchanges.latest(ANN, HERE)

    assert exchange
    assert len(exchange.text) == 3 * DELTAS
    # Once when it is found out, and some times at the end; 83 of 100 pieces come behind that page.
    assert len([chars for chars in rendered if chars > 2 * SHOWN]) < 30
