"""The other commands of the command line: models, doctor, sandbox, and wrong configuration."""

import asyncio
from pathlib import Path

import httpx
import pytest

from tests.fakes.cli import ROOT, run, running
from tests.fakes.raw_server import raw_server, replies, reply


async def test_models_says_what_is_ready_and_which_key_is_missing(
    tmp_path: Path, gateway: dict[str, str]
) -> None:
    done = await run(tmp_path, "models", variables={**gateway, "COLUMNS": "200"})

    rows = {line.split("│")[1].strip(): line for line in done.out.splitlines() if "│" in line}
    assert "unreliable at this gateway" in rows["veo-3.1"]
    assert "needs WHATAI_API_KEY" in rows["sora-2-pro"]
    assert "10/15/25 s · hd, 1080p · up to 4 pictures" in rows["sora-2-pro"]
    assert "switched off" in rows["veo_3_1-fl"]
    assert "SANDBOX" not in done.out


async def test_models_writes_its_page_of_the_documentation_whatever_keys_there_are(
    tmp_path: Path, gateway: dict[str, str]
) -> None:
    done = await run(tmp_path, "models", "--markdown", variables=gateway)

    assert done.out == (ROOT / "docs" / "dialects.md").read_text(encoding="utf-8")


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
    assert "ok    database: writable" in done.out
    assert "1 of our 1 among them" in done.out
    assert "no key: set WHATAI_API_KEY to use it" in done.out
    assert "sk-secret-key" not in done.out + done.err


async def test_doctor_compares_whole_names_and_says_which_are_missing(tmp_path: Path) -> None:
    listed = b'{"data": [{"id": "veo_3_1-portrait"}, {"id": "veo_3_1-async-2"}]}'
    async with raw_server(replies(reply(listed))) as server:
        variables = {"ERONMIND_API_KEY": "sk-secret-key", "ERONMIND_BASE_URL": server.url}
        done = await run(tmp_path, "doctor", variables=variables)

    assert "2 models listed, 1 of our " in done.out
    assert "; not listed: veo_3_1-async" in done.out


@pytest.mark.parametrize(
    ("variables", "answer"),
    [
        ({"APIYI_BASE_URL": "ftp://x"}, "APIYI_BASE_URL: must be an address that"),
        ({"CATALOG_FILES": "none.toml"}, "none.toml: cannot be read"),
        ({"DATABASE_URL": "postgresql://x/y"}, "DATABASE_URL: starts with postgresql"),
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


@pytest.mark.parametrize("command", ["chat", "models"])
async def test_a_wrong_configuration_is_one_line_and_no_traceback(
    tmp_path: Path, command: str
) -> None:
    done = await run(tmp_path, command, variables={"CATALOG_FILES": "none.toml"})

    assert done.code == 2
    assert done.err == "cliprelay: none.toml: cannot be read: No such file or directory\n"


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


async def test_the_sandbox_runs_alone_until_it_is_told_to_stop(tmp_path: Path) -> None:
    async with running(tmp_path, "sandbox", "--port", "0") as process, asyncio.timeout(60):
        assert process.stdout
        line = (await process.stdout.readline()).decode()
        root = line.split(" on ")[1].split()[0]
        async with httpx.AsyncClient() as http:
            answer = await http.get(f"{root}/v1/models", headers={"Authorization": "Bearer x"})
        process.terminate()
        await process.wait()

    assert "sandbox-video" in {model["id"] for model in answer.json()["data"]}


async def test_a_taken_port_is_said_plainly(tmp_path: Path, gateway: dict[str, str]) -> None:
    port = gateway["APIYI_BASE_URL"].removesuffix("/v1").rpartition(":")[2]

    done = await run(tmp_path, "sandbox", "--port", port)

    assert (done.code, done.err) == (
        2,
        f"cliprelay: Port {port} cannot be used: Address already in use\n",
    )


async def test_help_and_version(tmp_path: Path) -> None:
    shown = await run(tmp_path, "--help")
    version = await run(tmp_path, "--version")

    assert all(name in shown.out for name in ("chat", "generate", "models", "doctor", "sandbox"))
    assert version.out == "0.1.0\n"
