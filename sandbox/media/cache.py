"""Renders media on demand and keeps what it made: a few at a time, off the event loop."""

import asyncio
import re
import shutil
import threading
import time
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from weakref import WeakValueDictionary

from sandbox.media.picture import save_picture
from sandbox.media.video import MediaSpec, encode, save_still
from sandbox.options import SandboxOptions
from sandbox.orders.ledger import Ledger
from sandbox.orders.order import PaidOrder
from sandbox.words import without_words

NAME = re.compile(r"([0-9a-f]{32})-([1-9]\d?)(-low)?")
AT_A_TIME = 2
# What is asked for later is rendered once more.
_KEPT_SECONDS = 7 * 24 * 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Clip:
    """One video of an order. `low` is the preview."""

    order: PaidOrder
    nth: int
    low: bool = False


class MediaCache:
    """The rendered files of all orders."""

    def __init__(self, options: SandboxOptions, ledger: Ledger) -> None:
        self._options = options
        self._ledger = ledger
        self._folder = options.state_dir / "media"
        self._folder.mkdir(parents=True, exist_ok=True)
        _delete_old(self._folder, time.time() - _KEPT_SECONDS)
        self._room = asyncio.Semaphore(AT_A_TIME)
        self._begun: set[asyncio.Task[Path]] = set()
        self._locks: WeakValueDictionary[Path, asyncio.Lock] = WeakValueDictionary()

    def begin(self, order: PaidOrder) -> None:
        """Start on the results of an order that has just been taken."""
        make = self.picture if order.picture else self.video
        for nth in range(1, order.count + 1):
            work = asyncio.create_task(make(Clip(order=order, nth=nth)))
            self._begun.add(work)
            work.add_done_callback(self._begun.discard)

    def clip(self, name: str) -> Clip | None:
        """The clip that a link means."""
        match = NAME.fullmatch(name)
        order = self._ledger.find(match[1]) if match else None
        if match is None or order is None or int(match[2]) > order.count:
            return None
        return Clip(order=order, nth=int(match[2]), low=bool(match[3]))

    async def video(self, clip: Clip) -> Path:
        """The video as a file, made now or earlier."""
        return await self._make(clip, ".mp4", encode)

    async def picture(self, clip: Clip) -> Path:
        """The picture as a file; some come as another format than their name says."""
        suffix = ".jpg" if "jpeg" in clip.order.words else ".png"
        return await self._make(clip, suffix, save_picture)

    async def pictures(self, order: PaidOrder) -> list[bytes]:
        """The bytes of all pictures of an order."""
        clips = (Clip(order=order, nth=nth) for nth in range(1, order.count + 1))
        paths = [await self.picture(clip) for clip in clips]
        return await asyncio.to_thread(lambda: [path.read_bytes() for path in paths])

    async def still(self, clip: Clip) -> Path:
        """A picture of it."""
        return await self._make(clip, ".webp", save_still)

    async def _make(
        self, clip: Clip, suffix: str, make: Callable[[MediaSpec, Path, threading.Event], None]
    ) -> Path:
        path = self._path(clip, suffix)
        async with self._lock(path):
            if not path.exists():
                async with self._room:
                    await _in_thread(make, self._spec(clip), path)
        return path

    def _path(self, clip: Clip, suffix: str) -> Path:
        """The size is in the name: a sandbox with other options makes its own."""
        low = "-low" if clip.low else ""
        size = f"{self._options.short_side}p{self._options.fps}"
        return self._folder / f"{clip.order.id}-{clip.nth}{low}-{size}{suffix}"

    def _lock(self, path: Path) -> AbstractAsyncContextManager[None]:
        return self._locks.setdefault(path, asyncio.Lock())

    def _spec(self, clip: Clip) -> MediaSpec:
        order = clip.order
        short = self._options.short_side * (3 if order.hd else 2) // (4 if clip.low else 2)
        pictures = tuple(self._ledger.pictures(order))
        label = f"{order.model}  {clip.nth}/{order.count}" if order.count > 1 else order.model
        seed = sha256(f"{order.prompt} {clip.nth}".encode()).digest()
        return MediaSpec(
            size=_even(order.size, short * order.scale),
            fps=self._options.fps,
            frames=order.seconds * self._options.fps,
            text=without_words(order.prompt),
            label=label,
            hue=int.from_bytes(seed[:2]) % 360,
            pictures=pictures if order.picture else pictures[:2],
            mask=self._ledger.mask(order),
        )


def _even(ratio: tuple[int, int], short: int) -> tuple[int, int]:
    """Scale the ratio until its short side fits; H.264 wants even numbers."""
    scale = short / min(ratio)
    width, height = (max(2, 2 * round(side * scale / 2)) for side in ratio)
    return width, height


async def _in_thread(
    make: Callable[[MediaSpec, Path, threading.Event], None], spec: MediaSpec, path: Path
) -> None:
    stop = threading.Event()
    try:
        await asyncio.to_thread(make, spec, path, stop)
    finally:
        stop.set()


def _delete_old(folder: Path, before: float) -> None:
    """Delete what was rendered before that time, and what was left half-rendered."""
    for path in folder.iterdir():
        if path.stat().st_mtime >= before:
            continue
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
