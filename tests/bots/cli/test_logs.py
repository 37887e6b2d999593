"""The log has what happened and no secret, in whatever form and from whomever it comes."""

import asyncio
import json
import os
import pty
import re
import sys
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.bots.discord.test_run import discord_process
from tests.fakes.cli import ROOT, environment, running
from tests.fakes.discord.people import last_interaction
from tests.fakes.telegram.server import telegram_server

KNOWN = "0b0ad1c5-9f0e-4a5c-8d7b-3f1e2d4c5b6a"
SHAPED = {
    "key": "sk-abcdefghijklmnop",
    "telegram": "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw",
    "discord": "MTE0NTY3ODkwMTIzNDU2Nzg5.GaBcDe.abcdefghijklmnopqrstuvwxyz0123",
    "interaction": "aW50ZXJhY3Rpb246MTE0NTY3ODkwMTIzNDU2Nzg5OnNlY3JldA",
    "password": "correct-horse-battery",
}
_FORMS = {
    "key": ("{0}", "Bearer {0}", "?key={0}", "[{0}]"),
    "telegram": ("{0}", "https://h/bot{0}/getMe", "/file/bot{0}/a.jpg", "{1}"),
    "discord": ("{0}", "Bot {0}", "{0}\n"),
    "interaction": (
        "/webhooks/114/{0}/messages",
        "/interactions/114/{0}/callback",
        '{{"token": "{0}"}}',
        "{{'token': '{0}'}}",
        '"{{\\"token\\":\\"{0}\\"}}"',
    ),
    "password": ("http://proxy:{0}@h:3128", "socks5://{0}@h"),
}
CANARIES = [
    form.format(secret, quote(secret, safe=""))
    for kind, secret in SHAPED.items()
    for form in _FORMS[kind]
] + [KNOWN, KNOWN.upper(), f"/bot{KNOWN}/x", f"key={KNOWN}"]
PROGRAM = """
import json, logging, sys, threading, warnings
from pathlib import Path
from bots.cli.logs import configure_logs
from core.redact import know

file, known, canaries = Path(sys.argv[1]), sys.argv[2], json.loads(sys.argv[3])
know(known)
configure_logs("DEBUG", file if sys.argv[4] == "file" else None)

class Odd:
    def __init__(self, said): self.said = said
    def __repr__(self): return self.said
    def __del__(self): raise RuntimeError(f"unraisable {self.said}")

for canary in canaries:
    for level, name in ((10, "telegram.ext"), (20, "core.x"), (30, "discord"), (40, "asyncio")):
        logging.getLogger(name).log(level, "plain %s", canary)
    log = logging.getLogger("uvicorn.error")
    log.info(canary)
    log.info("bytes %r, list %r, dict %s", canary.encode(), [canary], {"a": canary})
    log.info("object %r", Odd(canary))
    log.info("too few %s %s", canary)
    log.info("stack", stack_info=True, extra={"what": canary})
    try:
        try:
            raise KeyError(canary)
        except KeyError as error:
            raise ValueError(f"because of {canary}") from error
    except ValueError:
        logging.getLogger("core.y").exception("failed with %s", canary)
    warnings.warn(f"deprecated {canary}")
    thread = threading.Thread(target=lambda: [][canary])
    thread.start(); thread.join()
    def fail(): raise OSError(canary)
    thread = threading.Thread(target=fail)
    thread.start(); thread.join()
print("all was said", file=sys.stderr)
logging.info("all was said")
raise RuntimeError(" ".join(canaries))
"""


@pytest.mark.parametrize("where", ["file", "stderr"])
async def test_no_secret_reaches_the_log_by_any_way(tmp_path: Path, where: str) -> None:
    file = tmp_path / "new" / "bot.log"
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", PROGRAM, file, KNOWN, json.dumps(CANARIES), where),
        cwd=ROOT,
        env=environment({}),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()

    said = (out + err).decode()
    written = file.read_text(encoding="utf-8") if where == "file" else said
    assert "all was said" in written
    for sign in ("plain", "KeyError", "unraisable", "deprecated", "OSError", "has crashed"):
        assert sign in written, sign
    for secret in (KNOWN, *SHAPED.values()):
        for form in (secret, secret.upper(), quote(secret, safe="")):
            assert form not in written + said
    lines = [json.loads(line) for line in written.splitlines() if line != "all was said"]
    assert {line["level"] for line in lines} == {"debug", "info", "warning", "error", "critical"}
    assert all(line["event"] and line["timestamp"] for line in lines)


HALVES = r"""
import logging, sys
from pathlib import Path
from bots.cli.logs import configure_logs

configure_logs("INFO", Path(sys.argv[1]))
logging.info("half \ud83d of %s", "\udcff", extra={"what\ud800": "\udfff"})
logging.error("all")
"""


async def test_halves_of_characters_cost_no_line_of_a_file(tmp_path: Path) -> None:
    file = tmp_path / "bot.log"
    said = await _told(HALVES, file)

    assert said == ""
    halves, whole = map(json.loads, file.read_text(encoding="utf-8").splitlines())
    assert (halves["event"], halves["what\ud800"]) == ("half \ud83d of \udcff", "\udfff")
    assert whole["event"] == "all"


async def test_what_cannot_be_written_is_not_printed_instead() -> None:
    assert await _told(HALVES, Path("/dev/full")) == ""


async def _told(program: str, file: Path) -> str:
    """What a program that logs to that file says besides."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", program, file),
        cwd=ROOT,
        env=environment({}),
        stderr=asyncio.subprocess.PIPE,
    )
    _, err = await process.communicate()
    return err.decode()


STEERING = r"""
import logging
from bots.cli.logs import configure_logs

configure_logs("INFO")
logging.info("a\x1b[2Jb\x9bc\u202ed\r\n2026 [critical] not ours", extra={"who": "x\x1b]0;y"})
logging.error("failed", exc_info=ValueError("in\x1bside"))
"""


async def test_on_a_terminal_the_log_is_in_words_and_nobody_else_steers_it() -> None:
    ours, theirs = pty.openpty()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", STEERING), cwd=ROOT, env=environment({}), stderr=theirs
    )
    os.close(theirs)
    await process.wait()
    said = os.read(ours, 65536).decode()
    os.close(ours)

    words = re.sub(r"\x1b\[\d*m", "", said)  # our own colours
    assert not set(words) & {"\x1b", "\x9b", "\u202e"}
    assert "a\\x1b[2Jb\\x9bc\\u202ed\\r\\n2026 [critical] not ours" in words
    assert "ValueError: in\\x1bside" in words
    assert not words.startswith("{")


@pytest.mark.slow
async def test_at_debug_a_bot_at_work_writes_no_secret(
    tmp_path: Path, gateway: dict[str, str]
) -> None:
    async with telegram_server() as telegram, discord_process() as here:
        bob = telegram.user(7)
        chat = telegram.private(bob)
        variables = {
            **gateway,
            **here.variables,
            "APIYI_API_KEY": KNOWN,
            "TELEGRAM_BOT_TOKEN": telegram.token,
            "TELEGRAM_API_URL": telegram.url,
            "LOG_LEVEL": "debug",
        }
        async with running(tmp_path, "run", variables=variables) as process:
            assert process.stderr
            log = asyncio.create_task(process.stderr.read())
            await here.until_listening()
            await here.ada.slash(here.channel, "video", prompt="a cat", model="veo-3.1")
            await here.until_shown("Done in")
            telegram.say(chat, bob, "/video --model veo-3.1 a cat")
            await telegram.until(lambda: any("Done in" in p.text for p in telegram.answers(chat)))
            process.terminate()
            written = (await log).decode()

    assert "debug" in written
    assert "INTERACTION_CREATE" in written
    assert f"gateways: apiyi ({gateway['APIYI_BASE_URL'].removesuffix('/v1')})" in written
    assert "platforms: telegram, discord" in written
    assert f"media: {tmp_path}/data/media" in written
    for secret in (
        KNOWN,
        telegram.token,
        here.server.token,
        last_interaction(here.server.world).token,
    ):
        assert secret not in written
        assert quote(secret, safe="") not in written
