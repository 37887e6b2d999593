"""Each gateway is asked in the way that it has: a list, a harmless question, or not at all."""

import asyncio
from pathlib import Path

import httpx
import pytest

from bots.sandboxing import sandbox_chats, sandbox_speeches, sandbox_tables
from core.catalog import load
from core.dialects import CHAT_DIALECTS, DIALECTS
from sandbox.options import SandboxOptions
from sandbox.server import serve
from tests.core.dialects.http_answers import as_html, as_json
from tests.fakes.cli import run
from tests.fakes.raw_server import raw_server

pytestmark = pytest.mark.slow

KEY = "c0ffee-f00d:5ecre7-0f-m1ne"
PROBE = 'models_path = ""\nprobe_path = "/probe"\nauth = "key"'
STANZAS = {
    "lists": 'models_path = "/models"\nauth = "header:x-goog-api-key"',
    "accepts": PROBE,
    "accepts_late": PROBE,
    "refuses": PROBE,
    "forbids": PROBE,
    "refuses_oddly": PROBE,
    "is_empty": PROBE,
    "is_elsewhere": PROBE,
    "is_down": PROBE,
    "is_local": 'models_path = ""\nprobe_path = "/system_stats"\nauth = "none"',
    "is_closed": 'models_path = ""\nprobe_path = "/system_stats"\nauth = "none"',
    "is_away": 'models_path = ""\nauth = "none"',
    "cannot_be_asked": 'models_path = ""\nauth = "raw"\nheaders = { X-Async = "enable" }',
}
ANSWERS = {
    "lists/models": as_json({"models": [{"name": "models/a"}, {"name": "models/b"}]}),
    "accepts/probe": as_json({"detail": "Request x not found"}, status=404),
    "accepts_late/probe": as_json({"items": [], "total": 0}),
    "refuses/probe": as_json({"detail": f"no user has {KEY}"}, status=401),
    "forbids/probe": as_json({"error": "no"}, status=403),
    "refuses_oddly/probe": as_json({"error": f"Incorrect API key provided: {KEY}"}, status=400),
    "is_empty/probe": as_json({"detail": "User is locked. Exhausted balance."}, status=403),
    "is_elsewhere/probe": as_html("<title>404</title>", status=404),
    "is_down/probe": as_json({"error": "down"}, status=502),
    "is_local/system_stats": as_json({"system": {"comfyui_version": "0.33"}}),
    "openrouter/v1/key": as_json({"error": {"code": 401, "message": "no user"}}, status=401),
    "openrouter/v1/models": as_json({"data": [{"id": "a"}]}),
    "is_closed/system_stats": as_json({"error": "no"}, status=401),
}


async def test_doctor_asks_each_gateway_in_the_way_that_it_has(tmp_path: Path) -> None:
    asked: dict[str, bytes] = {}

    async def serve(request: bytes, writer: asyncio.StreamWriter) -> None:
        path = request.split(b" ")[1].decode().lstrip("/")
        asked[path] = request
        writer.write(ANSWERS[path])

    async with raw_server(serve) as server:
        variables = {
            "CATALOG_FILES": "mine.toml",
            "OPENROUTER_API_KEY": KEY,
            "OPENROUTER_BASE_URL": f"{server.url}/openrouter",
        }
        lines: list[str] = []
        for name, stanza in STANZAS.items():
            head = f'name = "{name}"\nenv = "{name.upper()}"\nbase_url = "{server.url}/{name}"'
            lines += ["[[gateway]]", head, stanza]
            wakes = "BASE_URL" if '"none"' in stanza else "API_KEY"
            if name != "is_away":
                value = f"{server.url}/{name}" if wakes == "BASE_URL" else KEY
                variables[f"{name.upper()}_{wakes}"] = value
        (tmp_path / "mine.toml").write_text("\n".join(lines))
        done = await run(tmp_path, "doctor", variables=variables)

    said = {
        words[0]: line
        for line in done.out.splitlines()
        for words in [line.split(None, 1)[1].split(": ", 1)]
    }
    root = server.url
    assert said["lists"].startswith(f"ok    lists: {root}/lists: key accepted; 2 models listed")
    quiet = "key accepted; it has no list to compare our models with"
    assert said["accepts"] == f"ok    accepts: {root}/accepts: {quiet}"
    assert said["accepts_late"] == f"ok    accepts_late: {root}/accepts_late: {quiet}"
    assert said["refuses"].startswith("wrong refuses: REFUSES_API_KEY is not accepted by")
    assert said["forbids"].startswith("wrong forbids: FORBIDS_API_KEY is not accepted by")
    assert said["refuses_oddly"].startswith("wrong refuses_oddly: REFUSES_ODDLY_API_KEY is not")
    assert "run out of credit" in said["is_empty"]
    assert said["is_elsewhere"].startswith("wrong is_elsewhere:")
    assert said["is_down"].startswith("wrong is_down:")
    assert said["openrouter"].startswith("wrong openrouter: OPENROUTER_API_KEY is not accepted")
    assert said["is_local"].startswith(f"ok    is_local: {root}/is_local: answers;")
    assert "wants a key" in said["is_closed"]
    assert said["is_away"] == "-     is_away: no address: set IS_AWAY_BASE_URL to use it"
    assert "nothing there can be asked for free" in said["cannot_be_asked"]
    assert f"x-goog-api-key: {KEY}".encode() in asked["lists/models"]
    assert f"Authorization: Key {KEY}".encode() in asked["accepts/probe"]
    assert b"authorization" not in asked["is_local/system_stats"].lower()
    assert "5ecre7" not in done.out + done.err


# What has no list of what a key can have, or none that is known.
LISTLESS = {
    "apiyi-seedance2",
    "apiyi-seedance25",
    "byteplus",
    "comfyui",
    "dashscope",
    "fal",
    "minimax",
    "replicate",
    "volcengine",
}


async def test_what_doctor_says_of_each_preset_is_true(tmp_path: Path) -> None:
    data = load((), tuple(DIALECTS), tuple(CHAT_DIALECTS))
    options = SandboxOptions(
        state_dir=tmp_path / "gateway",
        models=sandbox_tables(data),
        chats=sandbox_chats(data),
        speeches=sandbox_speeches(data),
    )

    async def say(key: str) -> dict[str, str]:
        """The first line about each gateway, where all have that key."""
        roots = {f"{gateway.env}_BASE_URL": root for gateway in data.gateways.values()}
        keys = {f"{gateway.env}_API_KEY": key for gateway in data.gateways.values()}
        done = await run(tmp_path, "doctor", variables=roots | keys)
        lines = [line.split(None, 1) for line in reversed(done.out.splitlines())]
        return {rest.partition(":")[0]: f"{mark} {rest}" for mark, rest in lines}

    async with serve(options) as root, httpx.AsyncClient(trust_env=False, timeout=90) as http:
        told, wrong = await say("sk-good"), await say("wrong")
        gone = '["alibaba/wan-3.0", "grok-imagine-video", "gemini-omni-1.1-flash"]'
        await http.put(f"{root}/sandbox/unlisted", content=gone)
        lacking = await say("sk-good")

    for name in data.gateways:
        assert told[name].startswith("ok "), told[name]
        ours = len([each for each in data.served if each.gateway == name and each.enabled])
        if name in LISTLESS:
            assert told[name].endswith("it has no list to compare our models with")
        elif name != "newapi":  # its protocol is not played
            assert told[name].endswith(f" {ours} of our {ours} among them"), told[name]
        assert "is not accepted by" in wrong[name] or name == "comfyui", wrong[name]
    missing = {name: line.partition("; not listed: ")[2] for name, line in lacking.items()}
    assert {name: names for name, names in missing.items() if names and name != "newapi"} == {
        "apiyi-grok": "grok-imagine-video",
        "openrouter": "wan-3.0",
        "xai": "grok-imagine-video",
        "gemini": "gemini-omni-1.1-flash",
    }
