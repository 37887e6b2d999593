"""What the bot is deployed with agrees with itself and with the bot; nothing here is built."""

import asyncio
import configparser
import fnmatch
import re
import shutil
from asyncio.subprocess import PIPE, STDOUT
from pathlib import Path
from typing import Any

import pytest
import yaml

from core.settings import Settings

ROOT = Path(__file__).parents[1]
UNIT = ROOT / "deploy" / "cliprelay.service"
# Longer than the bot waits for what it could not resume later, before it is killed.
STOP_SECONDS = Settings.model_fields["drain_seconds"].default + 5

Service = dict[str, Any]


def dockerfile() -> list[tuple[str, str]]:
    """The instructions of the Dockerfile, each with what stands behind it."""
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    joined = re.sub(r"^\s*#.*\n", "", text, flags=re.MULTILINE).replace("\\\n", " ")
    lines = [" ".join(line.split()) for line in joined.splitlines() if line.strip()]
    return [(word, rest) for word, _, rest in (line.partition(" ") for line in lines)]


def services() -> dict[str, Service]:
    return yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))["services"]


def unit() -> configparser.SectionProxy:
    parser = configparser.ConfigParser(strict=False, interpolation=None)
    parser.read_string(UNIT.read_text(encoding="utf-8"))
    return parser["Service"]


def is_ignored(path: str) -> bool:
    """What Docker does with .dockerignore: the last line that fits decides."""
    ignored = False
    for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines():
        pattern = line.removeprefix("!")
        if not line or line.startswith("#"):
            continue
        ways = [path, *map(str, Path(path).parents)]
        anywhere = [part for way in ways for part in (way, Path(way).name)]
        if any(
            fnmatch.fnmatch(each, pattern.removeprefix("**/"))
            for each in (anywhere if pattern.startswith("**/") else ways)
        ):
            ignored = not line.startswith("!")
    return ignored


def test_who_stops_the_bot_waits_a_little_longer_than_the_bot_for_its_jobs() -> None:
    assert services()["bot"]["stop_grace_period"] == f"{STOP_SECONDS}s"
    assert float(unit()["TimeoutStopSec"]) == STOP_SECONDS
    pages = [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]
    texts = [page.read_text(encoding="utf-8") for page in pages]
    told = {
        seconds
        for text in texts
        for seconds in re.findall(
            r"(?:TimeoutStopSec=|stop_grace_period: |docker stop -t |--stop-timeout )(\d+)",
            text,
        )
    }
    assert told == {str(STOP_SECONDS)}


def test_the_image_runs_as_somebody_who_owns_nothing_but_the_data() -> None:
    told = dict(dockerfile())
    user, group = told["USER"].split(":")

    assert int(user) > 0
    assert int(group) > 0
    assert f"--uid {user}" in told["RUN"]
    assert f"--owner {user} --group {group} {told['VOLUME']}" in told["RUN"]
    assert told["WORKDIR"] == told["VOLUME"] == "/data"
    assert told["STOPSIGNAL"] == "SIGTERM"
    assert told["HEALTHCHECK"].endswith('CMD ["cliprelay", "health"]')
    # Signals reach the bot itself, and no shell before it.
    assert (told["ENTRYPOINT"], told["CMD"]) == ('["cliprelay"]', '["run"]')


def test_the_state_of_the_image_is_in_its_volume() -> None:
    environment = dict(re.findall(r"(\w+)=(\S+)", dict(dockerfile())["ENV"]))

    assert environment["DATABASE_URL"].startswith("sqlite:////data/")
    assert environment["MEDIA_DIR"].startswith("/data/")


def test_what_is_copied_into_the_image_is_there_and_let_in() -> None:
    copies = [rest.split() for word, rest in dockerfile() if word == "COPY"]
    sources = {source for copy in copies if not copy[0].startswith("--") for source in copy[:-1]}
    packages = {"bots", "core", "sandbox", "storage"}

    assert packages <= sources
    assert [source for source in sources if not (ROOT / source).exists()] == []
    assert [source for source in sources if is_ignored(source)] == []
    within = ("core/catalog/fal.toml", "core/i18n/en.ftl", "storage/migrations/script.py.mako")
    assert [path for path in within if is_ignored(path)] == []


@pytest.mark.parametrize(
    "path",
    [
        ".env",
        ".env.old",
        "bots/.env",
        "data/cliprelay.db",
        ".git/config",
        ".venv/bin/python",
        "core/__pycache__/jobs.pyc",
        "tests/test_docs.py",
        "deploy/cliprelay.service",
    ],
)
def test_secrets_data_and_history_stay_out_of_the_image(path: str) -> None:
    assert is_ignored(path)


@pytest.mark.parametrize("name", ["bot", "telegram-bot-api"])
def test_a_container_can_write_only_its_volume_and_gains_no_rights(name: str) -> None:
    service = services()[name]

    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["tmpfs"] == ["/tmp"]  # noqa: S108 - a disk of the container's own
    assert service["volumes"] == ["data:/data"]
    assert "ports" not in service


def test_the_bot_runs_alone_unless_its_own_bot_api_server_is_wanted() -> None:
    bot, server = services()["bot"], services()["telegram-bot-api"]

    assert "profiles" not in bot
    assert server["profiles"] == ["local-api"]
    assert server["user"] == dict(dockerfile())["USER"]
    assert "--local" in server["command"]
    folder = re.search(r"--dir=(\S+)", server["command"])
    assert folder
    assert folder[1] in dict(dockerfile())["RUN"]


def test_a_deployment_on_kubernetes_has_one_bot_that_stops_before_the_next_starts() -> None:
    page = (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")
    (text,) = re.findall(r"```yaml\n(spec:.*?)```", page, re.DOTALL)
    spec = yaml.safe_load(text)["spec"]
    pod = spec["template"]["spec"]

    assert (spec["replicas"], spec["strategy"]) == (1, {"type": "Recreate"})
    assert pod["terminationGracePeriodSeconds"] == STOP_SECONDS
    assert f"{pod['securityContext']['runAsUser']}:" in dict(dockerfile())["USER"]
    mounted = {mount["name"] for mount in pod["containers"][0]["volumeMounts"]}
    assert mounted == {volume["name"] for volume in pod["volumes"]}


def test_the_unit_is_hardened() -> None:
    service = unit()

    assert service["NoNewPrivileges"] == "yes"
    assert service["ProtectSystem"] == "strict"
    assert service["User"] != "root"
    assert service["WorkingDirectory"] == f"/var/lib/{service['StateDirectory']}"


async def test_systemd_understands_the_unit(tmp_path: Path) -> None:
    if not (analyze := shutil.which("systemd-analyze")):
        pytest.skip("systemd-analyze reads the unit")
    text = UNIT.read_text(encoding="utf-8")
    here = tmp_path / UNIT.name
    here.write_text(re.sub("^ExecStart=[^ ]+", "ExecStart=/bin/true", text, flags=re.MULTILINE))

    process = await asyncio.create_subprocess_exec(
        *(analyze, "verify", str(here)), stdout=PIPE, stderr=STDOUT
    )
    said, _ = await process.communicate()

    assert (process.returncode, said.decode()) == (0, "")
