"""A wall clock that can be moved for one program, while it runs; all else has the right time.

The program sees it through the C library, as it would see a machine's clock that somebody sets:
whatever asks for the time of day gets another one, and what counts from the start does not.
"""

import asyncio
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from shutil import which

import pytest

_SOURCE = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static volatile const long *seconds;

__attribute__((constructor)) static void look(void) {
    int file = open(MOVED, O_RDONLY);
    void *page = mmap(0, sizeof(long), PROT_READ, MAP_SHARED, file, 0);
    if (page != MAP_FAILED) seconds = page;
    close(file);
}

int clock_gettime(clockid_t clock, struct timespec *told) {
    static int (*real)(clockid_t, struct timespec *);
    if (!real) *(void **)&real = dlsym(RTLD_NEXT, "clock_gettime");
    int failed = real(clock, told);
    if (!failed && seconds && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE))
        told->tv_sec += *seconds;
    return failed;
}

int gettimeofday(struct timeval *told, void *zone) {
    struct timespec now;
    int failed = clock_gettime(CLOCK_REALTIME, &now);
    told->tv_sec = now.tv_sec;
    told->tv_usec = now.tv_nsec / 1000;
    return failed;
}

time_t time(time_t *told) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (told) *told = now.tv_sec;
    return now.tv_sec;
}
"""


@dataclass(frozen=True, slots=True)
class MovedClock:
    """The clock; `variables` are for the environment of the program that is to have it."""

    folder: Path

    @property
    def variables(self) -> Mapping[str, str]:
        return {"LD_PRELOAD": str(self.folder / "clock.so")}

    def move(self, seconds: int) -> None:
        """Let it be so much ahead of the right time, or behind."""
        with self._moved.open("r+b") as file:
            file.write(struct.pack("l", seconds))

    async def build(self) -> None:
        """Make it; the test is skipped where nothing can compile it."""
        self.folder.mkdir()
        self._moved.write_bytes(struct.pack("l", 0))
        if (compiler := which("cc")) is None:
            pytest.skip("no C compiler makes a clock that can be moved")
        source = self.folder / "clock.c"
        source.write_text(_SOURCE, encoding="utf-8")
        options = ("-shared", "-fPIC", f'-DMOVED="{self._moved}"', "-o", "clock.so")
        made = await asyncio.create_subprocess_exec(
            *(compiler, *options, str(source), "-ldl"), cwd=self.folder
        )
        assert await made.wait() == 0, "the clock does not compile"

    @property
    def _moved(self) -> Path:
        return self.folder / "seconds"


async def moved_clock(folder: Path) -> MovedClock:
    """A clock that is right until it is moved."""
    clock = MovedClock(folder)
    await clock.build()
    return clock
