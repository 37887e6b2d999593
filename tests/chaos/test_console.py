"""The console is a process of its own: it is killed while somebody types, and started again."""

import asyncio
import sys
import time
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from random import Random

import pytest

from tests.chaos.ordeal import CATALOG, operator
from tests.chaos.rows import Rows
from tests.chaos.verdict import Evidence, Ordered, ShownMessage, faults
from tests.chaos.wishes import WORD, CrowdWish, wishes
from tests.fakes.cli import environment
from tests.fakes.gateway_process import GatewayProcess, gateway_process

pytestmark = pytest.mark.chaos

_LIVES, _EACH = 6, 4
_LONGEST_SECONDS = 4.0
_START_SECONDS = 90.0
_LAST_SECONDS = 90.0
_TERMINAL = "terminal"


class ConsoleOrdeal:
    """Somebody at a console that does not live long, and what it prints."""

    def __init__(self, folder: Path, gateway: GatewayProcess) -> None:
        self.typed: list[str] = []
        self.kills: list[float] = []
        self._folder = folder
        self._gateway = gateway
        self._printed = folder / "printed.txt"

    async def live(self, wanted: Iterator[CrowdWish], seconds: float) -> None:
        """Type something, and be killed so long after the first of it is seen."""
        process = await self._start(PIPE)
        assert process.stdin
        typed = list(wanted)
        self.typed += [wish.word for wish in typed]
        for wish in typed:
            line = f"/{wish.command} --model {wish.model} {wish.prompt}\n"
            process.stdin.write(line.encode())
        async with asyncio.timeout(_START_SECONDS):
            # A file tells nobody that it has grown.
            while not any(wish.word in self._text() for wish in typed):  # noqa: ASYNC110 - see above
                await asyncio.sleep(0.1)
        await asyncio.sleep(seconds)
        process.kill()
        await process.communicate()
        self.kills.append(time.monotonic())

    async def end(self) -> None:
        """Let it finish what is left."""
        process = await self._start(DEVNULL)
        async with asyncio.timeout(_LAST_SECONDS):
            await process.wait()

    def evidence(self) -> Evidence:
        rows = Rows(self._folder / "jobs.db")
        return Evidence(
            orders=[Ordered(word=word, chat=_TERMINAL) for word in self.typed],
            shown=[
                ShownMessage(chat=_TERMINAL, id="", text=word, is_open=False, media_at=0.0)
                for word in self._saved()
            ],
            rows=rows.all(),
            paid=[w for order in self._gateway.paid() for w in WORD.findall(order.prompt)],
            kills=self.kills,
            left=rows.unbalanced(),
        )

    def _saved(self) -> set[str]:
        """What was printed with a place on the disk; to say that twice does no harm."""
        word, saved = "", set[str]()
        for line in self._text().splitlines():
            found = WORD.search(line)
            word = found[0] if found else word
            if line.startswith("Saved: "):
                saved.add(word)
        return saved

    def _text(self) -> str:
        return self._printed.read_text(errors="replace")

    async def _start(self, said: int) -> Process:
        with self._printed.open("ab") as printed:
            return await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "bots", "chat"),
                cwd=self._folder,
                env=environment(operator(self._gateway)),
                stdin=said,
                stdout=printed,
                stderr=printed,
            )


async def test_what_was_typed_comes_through_kills_and_is_paid_once(
    tmp_path: Path, seed: int
) -> None:
    random = Random(seed)
    wanted = wishes(random)
    async with gateway_process(tmp_path / "gateway", CATALOG) as gateway:
        ordeal = ConsoleOrdeal(tmp_path, gateway)
        for _ in range(_LIVES):
            await ordeal.live(islice(wanted, _EACH), random.random() * _LONGEST_SECONDS)
        await ordeal.end()
        evidence = ordeal.evidence()
    told = f"--seed={seed}: {len(evidence.rows)} of {len(evidence.orders)} orders were heard"
    print(told)  # noqa: T201 - pytest shows it with a failure, and with -rP

    assert [told, *faults(evidence)] == [told]
    assert evidence.rows
