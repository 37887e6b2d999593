"""The commands beside /video that make something, typed on the console."""

import asyncio
import re
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from PIL import Image

import sandbox
from bots.console.adapter import ConsoleAdapter
from bots.console.conversation import ConsolePlatform
from bots.console.ids import NAME
from core.files.media_info import look
from core.i18n import Locale
from core.media import MediaKind
from core.platform import View
from sandbox.options import SandboxOptions
from sandbox.orders.ledger import read_ledger
from sandbox.server import serve
from tests.fakes.change_signal import ChangeSignal
from tests.fakes.cli import run
from tests.fakes.engine_harness import EngineHarness

VIDEO = "/video --model sandbox-videos 1s a cat"
PLAN = "/storyboard --model sandbox-video portrait \\\n1.5s a plane takes off\\\n1.5s it lands"
CATALOG = Path(sandbox.__file__).parent / "catalog.toml"


class PaperScreen:
    """Somebody's screen as a sheet of paper: see `bots.console.screen.Screen`."""

    edit_seconds = 0.01

    def __init__(self) -> None:
        self.text = ""
        self._typed = asyncio.Queue[str]()
        self._changed = ChangeSignal()

    def type(self, text: str) -> None:
        for line in text.split("\n"):
            self._typed.put_nowait(line)

    async def until(self, text: str) -> str:
        """Wait until that stands there; gives all that does, and goes on with a new sheet."""
        await self._changed.until(lambda: text in self.text, 90)
        shown, self.text = self.text, ""
        return shown

    async def lines(self) -> AsyncGenerator[str]:
        while True:
            yield await self._typed.get()

    def print(self, text: str) -> None:
        self.text += f"{text}\n"
        self._changed.notify()

    def show(self, key: str, lines: Sequence[str]) -> None:
        del key
        self.print("\n".join(lines))

    def drop(self, key: str) -> None:
        pass

    def speak(self, key: str, view: View) -> None:
        self.show(key, view.text.splitlines())


@asynccontextmanager
async def console(folder: Path) -> AsyncGenerator[tuple[PaperScreen, EngineHarness]]:
    """The console over a gateway that is fast."""
    options = SandboxOptions(state_dir=folder / "sandbox", speed=200, short_side=96, fps=8)
    async with serve(options) as root:
        sheet, harness = PaperScreen(), EngineHarness(folder=folder, root=root)
        harness.platforms = {NAME: ConsolePlatform(sheet, Locale.EN)}
        async with harness.engine() as engine:
            typing = asyncio.create_task(ConsoleAdapter(engine, sheet, Locale.EN).run())
            yield sheet, harness
            typing.cancel()
            await asyncio.wait([typing])


def saved(text: str) -> Path:
    (path,) = re.findall(r"Saved: (\S+)", text)
    return Path(path)


async def test_videos_are_changed_and_characters_made_from_them(tmp_path: Path) -> None:
    async with console(tmp_path) as (sheet, harness):
        sheet.type("/remix in snow")
        await sheet.until("There is no finished video to use")
        for text in (VIDEO, "/remix in snow"):
            sheet.type(text)
            made = saved(await sheet.until("Done in"))
            assert look(made).kind is MediaKind.VIDEO
        sheet.type("/character 0-1 tom")
        await sheet.until("Write @tom in a prompt")
        sheet.type("/characters")
        name = (await sheet.until("@tom · sandbox · ")).split(" · ")[-1].split()[0]
        sheet.type(f"{VIDEO} and @tom")
        said = await sheet.until("Done in")

    assert f"a cat and @{name}" in said
    assert harness.paid == 4


async def test_pictures_are_made_also_from_others_and_with_a_mask(tmp_path: Path) -> None:
    for name in ("room.png", "mask.png"):
        Image.new("RGBA", (320, 320)).save(tmp_path / name)
    async with console(tmp_path) as (sheet, harness):
        sheet.type("/image --model sandbox-image 16:9 a lighthouse")
        alone = await sheet.until("Done in")
        sheet.type(f"/attach {tmp_path}/room.png {tmp_path}/mask.png")
        sheet.type("/image --model sandbox-image --mask a hat")
        masked = await sheet.until("Done in")

    assert re.search(r"Saved: \S+/1\.png \(\d+x\d+, \d+ KB\)", alone)
    assert look(saved(masked)).kind is MediaKind.IMAGE
    assert [order.mask for order in read_ledger(tmp_path / "sandbox")] == [False, True]
    assert harness.paid == 2


async def test_what_is_attached_stays_until_an_order_takes_it(tmp_path: Path) -> None:
    for name in ("room.png", "hat.png"):
        Image.new("RGB", (320, 320)).save(tmp_path / name)
    async with console(tmp_path) as (sheet, lab):
        sheet.type(f"/attach {tmp_path}/room.png\n/attach {tmp_path}/hat.png")
        await sheet.until("command: room.png, hat.png")
        for mistake in ("/imgae a hat", "/status", "/image --ration 1:1 a hat"):
            sheet.type(mistake)
            await sheet.until("Goes with your next command: room.png, hat.png")
        for _ in range(2):
            sheet.type("/image --model sandbox-image a hat")
            await sheet.until("Done in")
        sheet.type(f"/attach {tmp_path}/room.png\n/attach\n/image --model sandbox-image a dog")
        assert "Nothing is attached." in await sheet.until("Done in")

    assert [order.images for order in read_ledger(tmp_path / "sandbox")] == [2, 0, 0]
    assert lab.paid == 3


async def test_a_plan_says_what_to_type_to_order_it_or_to_drop_it(tmp_path: Path) -> None:
    async with console(tmp_path) as (sheet, harness):
        answers: list[str] = []
        for label, end in (("Make it", "Done in"), ("Cancel", "Plan dropped.")):
            sheet.type(PLAN)
            plan = await sheet.until("Cancel: /cancel")
            assert "2. 1.5 s: it lands" in plan
            (choice,) = re.findall(rf"^{label}: (/.*)$", plan, re.MULTILINE)
            sheet.type(choice)
            answers.append(await sheet.until(end))

    assert saved(answers[0]).exists()
    assert harness.paid == 1


@pytest.mark.slow
async def test_a_pipe_shows_a_plan_whole_and_the_next_process_can_drop_it(
    tmp_path: Path,
) -> None:
    options = SandboxOptions(state_dir=tmp_path / "gateway", speed=60)
    async with serve(options) as root:
        variables = {
            "CATALOG_FILES": str(CATALOG),
            "SANDBOX_API_KEY": "sk-x",
            "SANDBOX_BASE_URL": root,
        }
        said = f"/image --model sandbox-image a cat\n{PLAN}\n/characters\n"
        first = await run(tmp_path, "chat", said=said, variables=variables)
        (drop,) = re.findall(r"^Cancel: (/cancel .*)$", first.out, re.MULTILINE)
        second = await run(tmp_path, "chat", said=f"{drop}\n{drop}\\", variables=variables)

    assert first.code == 0, first.out + first.err
    assert saved(first.out).exists()
    assert "2. 1.5 s: it lands\nMake it: /confirm" in first.out
    assert "You have no characters yet." in first.out
    assert "Plan dropped." in second.out
    assert second.code == 1
    assert len(read_ledger(options.state_dir)) == 1
