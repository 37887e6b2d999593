"""Whether the bot lives, whether it can work, and what it has done, over HTTP."""

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from prometheus_client.metrics_core import Metric
from prometheus_client.openmetrics import parser as open_parser
from prometheus_client.parser import text_string_to_metric_families

from bots.health import Health
from bots.outages import Outages
from bots.port import open_port, served_on_call
from bots.server import serve_web
from core.engine.engine import Engine
from core.errors import StorageError
from core.files.disk import Room
from core.jobs import Job
from core.platform import SlowDownError
from sandbox.options import SandboxOptions
from sandbox.server import serve
from storage.jobs import SqlJobStore
from tests.fakes.cli import run, running
from tests.fakes.databases import ONLY_SQLITE
from tests.fakes.engine_harness import TASKS, EngineHarness, stored_when
from tests.fakes.manual_gateway import CREATE, ManualGateway, open_gateway
from tests.fakes.memory_platform import NAME
from tests.fakes.movies import make_movie
from tests.fakes.ports import free_port
from tests.fakes.telegram.server import telegram_server
from tests.fakes.tls import TLS

Samples = Mapping[str, float]


class BrokenStore(SqlJobStore):
    """Loses its database as soon as the engine has started."""

    async def get(self, job_id: str) -> Job | None:
        raise StorageError(f"no database for {job_id}")


@pytest.fixture
async def harness(tmp_path: Path) -> AsyncIterator[EngineHarness]:
    options = SandboxOptions(state_dir=tmp_path / "sandbox", speed=200, short_side=96, fps=8)
    async with serve(options) as root:
        yield EngineHarness(folder=tmp_path, root=root)


@pytest.fixture
async def outages() -> Outages:
    known = Outages([NAME])
    known.works(NAME)
    return known


@asynccontextmanager
async def looked_after(
    engine: Engine, outages: Outages, public: frozenset[str] = frozenset()
) -> AsyncGenerator[httpx.AsyncClient]:
    routes = Health(engine, outages, public).routes
    async with serve_web(routes, 0) as port:
        address = f"http://127.0.0.1:{port}"
        async with httpx.AsyncClient(
            base_url=address, trust_env=False, timeout=90, verify=TLS
        ) as client:
            yield client


def parsed(text: str) -> tuple[Samples, Mapping[str, Metric]]:
    families = list(text_string_to_metric_families(text))
    samples = [sample for family in families for sample in family.samples]
    named = {
        sample.name + json.dumps(sample.labels, sort_keys=True): sample.value for sample in samples
    }
    assert len(named) == len(samples), "a sample came twice"
    return named, {family.name: family for family in families}


def key(name: str, **labels: str) -> str:
    return name + json.dumps(labels, sort_keys=True)


async def test_it_lives_and_can_work(harness: EngineHarness, outages: Outages) -> None:
    async with harness.engine() as engine, looked_after(engine, outages) as client:
        health, ready = await client.get("/healthz"), await client.get("/readyz")

    assert (health.status_code, health.text) == (200, "ok")
    assert (ready.status_code, ready.json()) == (
        200,
        {"ready": True, "closing": False, "database": True, "platforms": {NAME: True}},
    )


@ONLY_SQLITE
async def test_it_is_not_ready_where_its_database_was_replaced(
    harness: EngineHarness, outages: Outages
) -> None:
    file = harness.folder / "jobs.db"
    async with harness.engine():
        pass
    harness.room = Room(files=(file,))
    async with harness.engine() as engine, looked_after(engine, outages) as client:
        before = await client.get("/readyz")
        file.rename(file.with_suffix(".gone"))
        after = await client.get("/readyz")

    assert (before.status_code, before.json()["database"]) == (200, True)
    assert (after.status_code, after.json()["database"]) == (503, False)


async def test_it_is_not_ready_without_a_platform_or_a_database_or_while_it_stops(
    harness: EngineHarness, outages: Outages
) -> None:
    async def told(engine: Engine) -> Mapping[str, object]:
        async with looked_after(engine, outages) as client:
            answer = await client.get("/readyz")
            assert (await client.get("/healthz")).status_code == 200
        assert answer.status_code == 503
        return answer.json()

    async with harness.engine() as engine:
        outages.fails(NAME)
        assert (await told(engine))["platforms"] == {NAME: False}
        outages.works(NAME)
        await engine.drain()
        assert (await told(engine))["closing"] is True
    harness.store_type = BrokenStore
    async with harness.engine() as engine:
        assert (await told(engine))["database"] is False


async def test_the_numbers_are_those_of_what_has_happened(
    harness: EngineHarness, outages: Outages
) -> None:
    harness.chat.refuse("send", SlowDownError(0.01))
    async with harness.engine() as engine, looked_after(engine, outages) as client:
        job = await engine.submit(harness.order())
        await engine.idle()
        engine.services.meters.failed("sandbox", "job", "quota", in_a_row=True)
        answer = await client.get("/metrics")

    samples, _ = parsed(answer.text)
    model = {"gateway": "sandbox", "model": TASKS}
    stage = {"gateway": "sandbox", "stage": "delivering"}
    fault = {"gateway": "sandbox", "kind": "quota"}
    assert samples[key("cliprelay_jobs_ended_total", **model, outcome="done")] == 1
    assert samples[key("cliprelay_credits_charged_total", **model)] == job.credits
    assert samples[key("cliprelay_job_stage_seconds_count", **stage)] == 1
    assert samples[key("cliprelay_job_stage_seconds_bucket", **stage, le="+Inf")] == 1
    assert 0 < samples[key("cliprelay_job_stage_seconds_sum", **stage)] < 60
    assert samples[key("cliprelay_gateway_faults_total", **fault)] == 1
    work = {"gateway": "sandbox", "work": "job"}
    assert samples[key("cliprelay_gateway_failures_in_a_row", **work)] == 1
    assert samples[key("cliprelay_platform_up", platform=NAME)] == 1
    assert samples[key("cliprelay_platform_writes_total", platform=NAME, kind="post")] >= 2
    assert samples[key("cliprelay_platform_refusals_total", platform=NAME, scope="method")] == 1
    assert samples[key("cliprelay_platform_paused_seconds_total", platform=NAME)] == 0.01
    assert samples["process_resident_memory_bytes{}"] > 1e7
    assert samples["cliprelay_disk_free_bytes{}"] > 0


async def test_jobs_that_wait_and_run_are_counted_as_they_are(
    tmp_path: Path, outages: Outages
) -> None:
    film = make_movie(tmp_path / "film.mp4", 64, 64, 1.0).read_bytes()
    async with open_gateway(film) as gateway:
        harness = EngineHarness(folder=tmp_path, root=gateway.root, jobs_per_user=1)
        await count_three(harness, gateway, outages)


async def count_three(harness: EngineHarness, gateway: ManualGateway, outages: Outages) -> None:
    await gateway.allow(CREATE)
    async with harness.engine() as engine, looked_after(engine, outages) as client:
        first, *_ = [await engine.submit(harness.order()) for _ in range(3)]
        await stored_when(engine, first.id, lambda row: row.task is not None)
        samples, _ = parsed((await client.get("/metrics")).text)

    states = {
        state: samples[key("cliprelay_jobs", state=state)] for state in ("waiting", "running")
    }
    assert states == {"waiting": 2, "running": 1}
    assert samples[key("cliprelay_queue_length", gateway="sandbox")] == 2


async def test_no_label_holds_what_the_catalog_does_not_know(
    harness: EngineHarness, outages: Outages
) -> None:
    async with harness.engine() as engine, looked_after(engine, outages) as client:
        meters = engine.services.meters
        meters.jobs["gone/last-years", "done"] += 2
        meters.jobs["a user's words", "done"] += 1
        samples, families = parsed((await client.get("/metrics")).text)
        await engine.submit(harness.order("a secret wish", user="nobody-knows-ann"))
        await engine.idle()
        text = (await client.get("/metrics")).text

    other = {"gateway": "other", "model": "other/other", "outcome": "done"}
    assert samples[key("cliprelay_jobs_ended_total", **other)] == 3
    assert "secret" not in text
    assert "ann" not in text
    labels = {name for family in families.values() for s in family.samples for name in s.labels}
    assert labels <= {
        *("gateway", "kind", "le", "model", "outcome", "platform", "python", "scope", "stage"),
        *("state", "version", "work"),
    }


async def test_both_forms_of_the_numbers_can_be_read(
    harness: EngineHarness, outages: Outages
) -> None:
    newer = "application/openmetrics-text; version=1.0.0"
    async with harness.engine() as engine, looked_after(engine, outages) as client:
        await engine.submit(harness.order())
        await engine.idle()
        plain = await client.get("/metrics")
        open_ = await client.get("/metrics", headers={"Accept": newer})

    assert plain.headers["content-type"].startswith("text/plain; version=")
    assert open_.headers["content-type"].startswith("application/openmetrics-text")
    read: Any = open_parser
    newly = read.text_string_to_metric_families(open_.text)
    names = {family.name.removesuffix("_info") for family in newly}
    assert names == {name.removesuffix("_info") for name in parsed(plain.text)[1]}


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Forwarded-For": "203.0.113.7"},
        {"Forwarded": "for=203.0.113.7"},
        {"Via": "1.1 caddy"},
        {"X-Real-IP": "203.0.113.7"},
        {"CF-Connecting-IP": "203.0.113.7"},
        {"Host": "bot.example.org"},
        {"Host": "BOT.example.org:443"},
    ],
    ids=lambda headers: "-".join(headers) + headers.get("Host", ""),
)
async def test_what_a_proxy_passes_on_gets_no_numbers(
    harness: EngineHarness, outages: Outages, headers: dict[str, str]
) -> None:
    public = frozenset({"bot.example.org"})
    async with harness.engine() as engine, looked_after(engine, outages, public) as client:
        refused = await client.get("/metrics", headers=headers)
        health = await client.get("/healthz", headers=headers)

    assert (refused.status_code, refused.content) == (404, b"")
    assert health.status_code == 200


async def test_an_old_request_as_nginx_makes_it_gets_no_numbers(
    harness: EngineHarness, outages: Outages
) -> None:
    async with harness.engine() as engine, serve_web(Health(engine, outages).routes, 0) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET /metrics HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n")
        said = await reader.read()
        writer.close()

    assert said.startswith(b"HTTP/1.1 404")


async def test_a_port_is_served_from_the_first_call_on_and_closed_in_the_end(
    harness: EngineHarness, outages: Outages
) -> None:
    made = list[Health]()
    listener = open_port(0, "127.0.0.1")
    url = f"http://127.0.0.1:{listener.getsockname()[1]}/healthz"

    async with (
        harness.engine() as engine,
        httpx.AsyncClient(trust_env=False, timeout=90, verify=TLS) as client,
    ):

        def routes() -> list[object]:
            made.append(Health(engine, outages))
            return list(made[0].routes)

        async with served_on_call(listener, routes):  # pyright: ignore[reportArgumentType]
            await asyncio.sleep(0)
            before = len(made)
            answers = [(await client.get(url)).text for _ in range(3)]
        with pytest.raises(httpx.ConnectError):
            await client.get(url)

    assert (before, answers, len(made)) == (0, ["ok"] * 3, 1)


async def test_a_port_that_nobody_calls_is_closed_as_well() -> None:
    port = free_port()
    async with served_on_call(open_port(port, "127.0.0.1"), list):
        pass

    open_port(port, "127.0.0.1").close()


async def test_who_is_to_be_called_needs_a_port(tmp_path: Path) -> None:
    variables = {"HTTP_PORT": "0", "PUBLIC_URL": "https://bot.example.org"}
    done = await run(tmp_path, "run", variables=variables)

    said = "cliprelay: HTTP_PORT: 0 serves nobody, but others are to call: set a port"
    assert done.code == 2
    assert said in done.err.splitlines()


@pytest.mark.slow
async def test_a_bot_is_looked_after_while_it_works_and_its_log_is_for_programs(
    tmp_path: Path, gateway: dict[str, str]
) -> None:
    port = free_port()
    async with (
        telegram_server() as telegram,
        httpx.AsyncClient(trust_env=False, timeout=90) as client,
    ):
        ada = telegram.user(7)
        chat = telegram.private(ada)
        account = {"TELEGRAM_BOT_TOKEN": telegram.token, "TELEGRAM_API_URL": telegram.url}
        variables = {**gateway, **account, "HTTP_PORT": str(port)}
        async with running(tmp_path, "run", variables=variables) as process:
            telegram.say(chat, ada, "/video --model veo-3.1 a cat")
            await telegram.until(lambda: any("Done in" in p.text for p in telegram.answers(chat)))
            ready = await client.get(f"http://127.0.0.1:{port}/readyz")
            numbers = await client.get(f"http://127.0.0.1:{port}/metrics")
            beside = tmp_path / "beside"
            beside.mkdir()
            async with running(beside, "run", variables=variables) as second:
                telegram.say(chat, ada, "/status")
                assert second.stderr
                while b"are not served: HTTP_HOST and HTTP_PORT" not in (
                    line := await second.stderr.readline()
                ):
                    assert line, "the second bot has ended"
            process.terminate()
            _, err = await process.communicate()

    assert ready.json()["platforms"] == {"telegram": True}
    samples, _ = parsed(numbers.text)
    ended = {"gateway": "apiyi", "model": "apiyi/veo-3.1", "outcome": "done"}
    assert samples[key("cliprelay_jobs_ended_total", **ended)] == 1
    assert samples[key("cliprelay_platform_writes_total", platform="telegram", kind="post")] >= 2
    lines = [json.loads(line) for line in err.decode().splitlines()]
    (outcome,) = [line for line in lines if "outcome" in line]
    assert (outcome["person"], outcome["conversation"]) == (str(ada.id), f"telegram:{chat.id}")
    assert (outcome["outcome"], outcome["gateway"]) == ("done", "apiyi")
