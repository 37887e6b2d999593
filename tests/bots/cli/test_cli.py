"""The other commands of the command line: models, doctor, sandbox, and wrong configuration."""

import asyncio
import json
import signal
import sys
from functools import partial
from pathlib import Path

import httpx
import pytest

from tests.fakes.cli import ROOT, environment, run, running, terminal
from tests.fakes.ports import free_port
from tests.fakes.raw_server import raw_server, replies, reply


def names(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


async def test_models_says_what_is_ready_and_which_key_is_missing(
    tmp_path: Path, gateway: dict[str, str]
) -> None:
    done = await run(tmp_path, "models", variables={**gateway, "COLUMNS": "200"})

    rows = {line.split("│")[1].strip(): line for line in done.out.splitlines() if "│" in line}
    assert "not proven at this gateway yet" in rows["veo-3.1"]
    assert "needs WHATAI_API_KEY" in rows["sora-2-pro"]
    assert "10/15/25 s · hd, 1080p · up to 4 pictures" in rows["sora-2-pro"]
    assert "switched off" in rows["veo_3_1-fl"]
    assert "SANDBOX" not in done.out


@pytest.mark.slow
async def test_names_of_models_are_whole_in_a_pipe_and_on_a_narrow_terminal(
    tmp_path: Path,
) -> None:
    piped = await run(tmp_path, "models", variables={"COLUMNS": "40"})
    listed = await run(tmp_path, "models", "--json")
    known = {model["name"] for model in json.loads(listed.out)}

    rows = [line for line in piped.out.splitlines() if "│" in line]
    assert {row.split("│")[1].strip() for row in rows} == known
    async with terminal(tmp_path, "models") as (screen, process):
        await screen.wait_for("SANDBOX")
        await process.wait()
        shown = screen.text.splitlines()
    assert "sandbox-gemini" in shown  # it cannot be wider than its terminal, so it has two lines
    assert any(line.startswith("  sandbox · answers questions") for line in shown)


@pytest.mark.slow
async def test_models_as_json_has_what_a_program_needs(
    tmp_path: Path, gateway: dict[str, str]
) -> None:
    done = await run(tmp_path, "models", "--json", variables=gateway)

    models = {(model["gateway"], model["name"]): model for model in json.loads(done.out)}
    assert models["apiyi", "veo-3.1"] == {
        "name": "veo-3.1",
        "gateway": "apiyi",
        "kind": "video",
        "dialect": "chat_video",
        "state": "uncertain",
        "until": None,
        "ready": True,
        "enabled": True,
        "needs": None,
        "ratios": ["9:16", "16:9"],
        "seconds": [8],
        "resolutions": [],
        "images": {"min": 0, "max": 2, "roles": ["first_frame", "last_frame"]},
        "count": 4,
        "credits": 25,
        "priced_by": "clip",
    }
    assert models["whatai", "sora-2-pro"]["resolutions"] == ["hd", "1080p"]
    assert models["whatai", "sora-2-pro"]["needs"] == "WHATAI_API_KEY"
    assert models["whatai", "sora-2-pro"]["ready"] is False
    shared = models["apiyi", "veo-3.1"].keys()
    assert all(shared <= model.keys() for model in models.values())
    assert all(isinstance(each, int) for model in models.values() for each in model["seconds"])
    listener = models["whatai", "whisper-1"]
    assert (listener["kind"], listener["priced_by"], listener["minute_credits"]) == (
        "speech",
        "minute",
        0.6,
    )
    assert models["whatai", "gpt-4o"]["abilities"] == ["chat", "vision", "tools", "structure"]


@pytest.mark.slow
async def test_models_writes_its_page_of_the_documentation_whatever_keys_there_are(
    tmp_path: Path, gateway: dict[str, str]
) -> None:
    done = await run(tmp_path, "models", "--markdown", variables=gateway)

    assert done.out == (ROOT / "docs" / "dialects.md").read_text(encoding="utf-8")


@pytest.mark.slow
async def test_without_a_key_or_when_told_so_the_sandbox_plays_all_models(
    tmp_path: Path, gateway: dict[str, str]
) -> None:
    without = await run(tmp_path, "models")
    told = await run(tmp_path, "models", "--sandbox", variables=gateway)

    for done in (without, told):
        assert "SANDBOX" in done.out
        assert "needs" not in done.out


async def test_doctor_finds_a_healthy_installation(
    tmp_path: Path, gateway: dict[str, str]
) -> None:
    done = await run(tmp_path, "doctor", variables=gateway)

    assert done.code == 0, done.out
    assert "ok    database: not there yet; the first start makes it" in done.out
    assert "ok    MEDIA_DIR: can be written" in done.out
    assert names(tmp_path) == ["gateway"]  # of the stand-in
    assert "1 of our 1 among them" in done.out
    assert "no key: set WHATAI_API_KEY to use it" in done.out
    assert "sk-secret-key" not in done.out + done.err


@pytest.mark.slow
async def test_doctor_compares_whole_names_and_says_which_are_missing(tmp_path: Path) -> None:
    listed = b'{"data": [{"id": "veo_3_1-portrait"}, {"id": "veo_3_1-async-2"}]}'
    async with raw_server(replies(reply(listed))) as server:
        variables = {"ERONMIND_API_KEY": "sk-secret-key", "ERONMIND_BASE_URL": server.url}
        done = await run(tmp_path, "doctor", variables=variables)

    assert "2 models listed, 1 of our " in done.out
    assert "; not listed: veo_3_1-async" in done.out


@pytest.mark.slow
@pytest.mark.parametrize(
    ("variables", "answer"),
    [
        ({"APIYI_BASE_URL": "ftp://x"}, "APIYI_BASE_URL: must be an address that"),
        ({"CATALOG_FILES": "none.toml"}, "none.toml: cannot be read"),
        ({"DATABASE_URL": "mysql://x/y"}, "DATABASE_URL: starts with mysql"),
    ],
)
async def test_doctor_names_what_is_wrong(
    tmp_path: Path, gateway: dict[str, str], variables: dict[str, str], answer: str
) -> None:
    done = await run(tmp_path, "doctor", variables={**gateway, **variables})

    assert done.code == 1
    assert f"wrong {'database' if 'DATABASE_URL' in variables else 'configuration'}" in done.out
    assert answer in done.out.replace("\n", " ")
    assert "Traceback" not in done.out + done.err


@pytest.mark.slow
async def test_doctor_says_all_that_is_wrong_at_once(
    tmp_path: Path, gateway: dict[str, str]
) -> None:
    (tmp_path / "file").touch()
    variables = {
        **gateway,
        "APIYI_APIKEY": "sk-secret-key",
        "JOBS_PER_USER": "many",
        "ADMINS": "telegram:@ann",
        "CATALOG_FILES": "none.toml",
        "MEDIA_DIR": "file/media",
        "DATABASE_URL": "mysql://x/y",
        "PUBLIC_URL": "bot.example.org",
        "WHATAI_API_KEY": "sk-secret-key",
        "WHATAI_BASE_URL": "ftp://x",
    }

    done = await run(tmp_path, "doctor", variables=variables)

    assert done.code == 1
    wrong = [line for line in done.out.splitlines() if line.startswith("wrong ")]
    assert [line.split(": ")[:2] for line in wrong] == [
        ["wrong configuration", "JOBS_PER_USER"],
        ["wrong configuration", "PUBLIC_URL"],
        ["wrong configuration", "none.toml"],
        ["wrong configuration", "ADMINS"],
        ["wrong configuration", "WHATAI_BASE_URL"],
        ["wrong database", "DATABASE_URL"],
        ["wrong MEDIA_DIR", "Cannot write to " + str(tmp_path / "file")],
    ]
    # Its meaning is set all the same, so this may be a leftover.
    assert "-     configuration: APIYI_APIKEY: did you mean APIYI_API_KEY?" in done.out
    assert "1 of our 1 among them" in done.out
    assert "WHATAI_API_KEY to use it" not in done.out
    assert "sk-secret-key" not in done.out + done.err


@pytest.mark.slow
async def test_a_key_under_a_wrong_name_is_wrong(tmp_path: Path) -> None:
    done = await run(tmp_path, "doctor", variables={"APIYI_APIKEY": "sk-secret-key"})

    assert done.code == 1
    assert "wrong configuration: APIYI_APIKEY: did you mean APIYI_API_KEY?" in done.out


@pytest.mark.slow
async def test_doctor_beside_a_running_bot_is_no_error(
    tmp_path: Path, gateway: dict[str, str]
) -> None:
    async with running(tmp_path, "chat", variables=gateway) as process, asyncio.timeout(120):
        assert process.stdout
        await process.stdout.readline()
        assert process.stdin
        process.stdin.write(b"/status\n")
        await process.stdout.readline()
        done = await run(tmp_path, "doctor", variables=gateway)

    assert done.code == 0, done.out
    assert "ok    database: writable and up to date" in done.out
    assert "-     cliprelay: is running on this database" in done.out


@pytest.mark.slow
async def test_doctor_finds_out_whether_calls_from_outside_arrive(
    tmp_path: Path, gateway: dict[str, str]
) -> None:
    port = free_port()
    here = {**gateway, "HTTP_PORT": str(port)}
    elsewhere = gateway["APIYI_BASE_URL"].removesuffix("/v1")
    taken = {"HTTP_PORT": elsewhere.rpartition(":")[2]}

    right, wrong, lost, full = [
        await run(tmp_path, "doctor", variables=here | given)
        for given in (
            {"PUBLIC_URL": f"http://127.0.0.1:{port}/"},
            {"PUBLIC_URL": elsewhere},
            {"PUBLIC_URL": "http://127.0.0.1:1"},
            {"PUBLIC_URL": elsewhere, **taken},
        )
    ]

    assert (right.code, wrong.code, lost.code, full.code) == (0, 1, 1, 1), right.out
    assert f"ok    HTTP_PORT: {port} is free" in right.out
    assert "ok    PUBLIC_URL: leads here" in right.out
    assert "wrong PUBLIC_URL: leads to something else than HTTP_PORT here" in wrong.out
    assert "wrong PUBLIC_URL: cannot be reached from here (ConnectError)" in lost.out
    assert "wrong HTTP_PORT: " in full.out
    assert "Address already in use" in full.out


@pytest.mark.slow
async def test_doctor_tells_a_wrong_key_a_wrong_address_and_no_answer_apart(
    tmp_path: Path, gateway: dict[str, str]
) -> None:
    root = gateway["APIYI_BASE_URL"]
    variables = {
        "APIYI_API_KEY": "wrong",
        "APIYI_BASE_URL": root,
        "WHATAI_API_KEY": "sk-good-key",
        "WHATAI_BASE_URL": root.replace("/v1", "/console"),
        "ERONMIND_API_KEY": "sk-good-key",
        "ERONMIND_BASE_URL": "http://127.0.0.1:1",
    }

    done = await run(tmp_path, "doctor", variables=variables)

    lines = {line.split(":")[0].split()[-1]: line for line in done.out.splitlines()}
    assert done.code == 1
    assert "APIYI_API_KEY is not accepted by http://" in lines["apiyi"]
    assert "there is no API there" in lines["whatai"]
    assert "cannot be reached" in lines["eronmind"]
    assert "sk-good-key" not in done.out + done.err


@pytest.mark.parametrize("command", ["run", "chat", "models"])
async def test_a_wrong_configuration_is_a_line_each_and_no_traceback(
    tmp_path: Path, command: str
) -> None:
    variables = {"CATALOG_FILES": "none.toml", "HTTP_PORT": "x", "DISCORD_BOT_TOKEN": "any"}

    done = await run(tmp_path, command, variables=variables)

    assert done.code == 2
    assert done.err == (
        "cliprelay: HTTP_PORT: must be a whole number\n"
        "cliprelay: none.toml: cannot be read: No such file or directory\n"
    )


@pytest.mark.slow
@pytest.mark.parametrize("command", ["chat", "generate"])
async def test_a_folder_that_cannot_be_written_is_said_before_anybody_pays(
    tmp_path: Path, command: str
) -> None:
    (tmp_path / "file").touch()
    arguments = ("generate", "a cat") if command == "generate" else ("chat",)

    done = await run(tmp_path, *arguments, variables={"MEDIA_DIR": "file/media"})

    assert done.code == 2
    assert "cannot" in done.err
    assert "file" in done.err
    assert "Traceback" not in done.err


@pytest.mark.slow
async def test_the_sandbox_runs_alone_until_it_is_told_to_stop(tmp_path: Path) -> None:
    async with running(tmp_path, "sandbox", "--port", "0") as process, asyncio.timeout(120):
        assert process.stdout
        line = (await process.stdout.readline()).decode()
        root = line.split(" on ")[1].split()[0]
        async with httpx.AsyncClient(trust_env=False, timeout=90) as http:
            answer = await http.get(f"{root}/v1/models", headers={"Authorization": "Bearer x"})
        process.terminate()
        await process.wait()

    assert "sandbox-video" in {model["id"] for model in answer.json()["data"]}


@pytest.mark.slow
async def test_under_nohup_it_outlives_its_terminal_and_without_it_ends(
    tmp_path: Path, gateway: dict[str, str]
) -> None:
    said: list[bytes] = []
    for before in ("trap '' HUP; ", ""):
        process = await asyncio.create_subprocess_exec(
            *("sh", "-c", f'{before}exec "$0" -m bots chat', sys.executable),
            cwd=tmp_path,
            env=environment(gateway),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            # Whoever runs the tests under nohup has all that they start outlive a terminal.
            preexec_fn=partial(signal.signal, signal.SIGHUP, signal.SIG_DFL),
        )
        assert process.stdin
        assert process.stdout
        process.stdin.write(b"/status\n")
        await process.stdout.readline()
        await process.stdout.readline()
        process.send_signal(signal.SIGHUP)
        if not before:
            # It ends although its input is open; what comes then nobody reads.
            async with asyncio.timeout(120):
                await process.wait()
        out, _ = await process.communicate(b"/models\n")
        assert process.returncode == 0
        said.append(out)

    assert b"veo-3.1" in said[0]
    assert b"veo-3.1" not in said[1]


@pytest.mark.slow
async def test_a_taken_port_is_said_plainly(tmp_path: Path, gateway: dict[str, str]) -> None:
    port = gateway["APIYI_BASE_URL"].removesuffix("/v1").rpartition(":")[2]

    done = await run(tmp_path, "sandbox", "--port", port)

    assert (done.code, done.err) == (
        2,
        f"cliprelay: Port {port} cannot be used: Address already in use\n",
    )


@pytest.mark.slow
async def test_help_is_help_wherever_it_is_asked_for_and_orders_nothing(tmp_path: Path) -> None:
    for arguments in (("run", "-h"), ("generate", "a cat", "-h")):
        shown = await run(tmp_path, *arguments)
        assert shown.code == 0
        assert "Usage:" in shown.out
    assert names(tmp_path) == []


async def test_help_and_version(tmp_path: Path) -> None:
    shown = await run(tmp_path, "-h")
    version = await run(tmp_path, "--version")

    assert all(name in shown.out for name in ("chat", "generate", "models", "doctor", "sandbox"))
    assert version.out == "0.1.0\n"
