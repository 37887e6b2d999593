"""Looks at every answer of Discord before the library does, which would repeat some by itself."""

import json
from functools import partial
from http import HTTPStatus
from types import SimpleNamespace

import aiohttp
import discord

from bots.discord.clock import DiscordClock

_BROKEN_STATUS = 500


def watching(clock: DiscordClock) -> aiohttp.TraceConfig:
    """For a client's `http_trace`; the clock is told what time it is there.

    A POST that Discord answers with 5xx may have been done: whether it is sent again is ours to
    decide, who know whether it would come twice. An answer that is no JSON, as something in
    between gives it, says nothing of what was done either, and is raised as a broken connection.
    """
    trace = aiohttp.TraceConfig()
    trace.on_request_end.extend((partial(_tell_time, clock), _look))
    return trace


async def _tell_time(
    clock: DiscordClock,
    _session: aiohttp.ClientSession,
    _context: SimpleNamespace,
    told: aiohttp.TraceRequestEndParams,
) -> None:
    clock.note(told.response.headers.get("Date", ""))


async def _look(
    _session: aiohttp.ClientSession,
    _context: SimpleNamespace,
    told: aiohttp.TraceRequestEndParams,
) -> None:
    answer = told.response
    if told.method == "POST" and answer.status >= _BROKEN_STATUS:
        raise discord.DiscordServerError(answer, await answer.text(errors="replace"))
    if HTTPStatus.OK <= answer.status < HTTPStatus.MULTIPLE_CHOICES:
        _check_readable(await answer.read())


def _check_readable(body: bytes) -> None:
    try:
        json.loads(body or "null")
    except ValueError:
        raise aiohttp.ClientPayloadError("the answer is no JSON") from None
