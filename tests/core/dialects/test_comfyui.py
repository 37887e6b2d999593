"""What only ComfyUI says and does: literal exchanges with a real server, and hostile ones.

`recorded_comfyui.jsonl` holds exchanges with ComfyUI 0.33.0, shortened to what differs.
"""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from core.catalog import Model
from core.catalog.workflow import Workflow
from core.dialects._comfy_answers import place_in_queue
from core.dialects._comfy_progress import StepsHeard
from core.errors import FaultKind
from core.media import Asset, Event, MediaKind, MediaRequest, Named, Queued, Rendering, TaskRef
from tests.core.dialects.http_answers import as_json
from tests.core.dialects.scripted_gateway import (
    CALM,
    HASTY,
    LIMIT_SECONDS,
    DialectRun,
    client,
    endpoint,
    generation_of,
    talk,
)
from tests.core.dialects.scripts import dialect_of, script_of
from tests.fakes.raw_server import raw_server, reply

K = FaultKind
LINES = Path(__file__).with_name("recorded_comfyui.jsonl").read_text("utf-8").splitlines()
ROWS: Mapping[str, Any] = {row["case"]: row for row in map(json.loads, LINES)}
NOT_FOUND = as_json({"error": "Job not found"}, status=404)


def recorded(case: str) -> bytes:
    """An answer as it was given."""
    row = ROWS[case]
    headers = {"Content-Type": row["type"] or "text/plain"}
    return reply(row["body"].encode(), status=row["status"], headers=headers)


def id_in(case: str) -> str:
    """The job that an exchange is about."""
    return ROWS[case]["path"].rpartition("/")[2]


def with_output(output: str, kind: MediaKind = MediaKind.VIDEO) -> Model:
    """The example, with a workflow whose result is that node's."""
    model = script_of("comfyui").model
    assert model.workflow
    nodes = {**model.workflow.nodes, output: model.workflow.nodes["11"]}
    workflow = Workflow(nodes=nodes, output=output)
    return model.model_copy(update={"workflow": workflow, "kind": kind})


async def look(*answers: bytes, task: str, output: str = "3", hasty: bool = False) -> DialectRun:
    """Take up a job."""
    return await talk(
        "comfyui",
        looks=answers,
        task=task,
        model=with_output(output),
        pace=HASTY if hasty else CALM,
    )


def view(name: str, folder: str = "video") -> list[tuple[str, ...]]:
    return [(f"ORIGIN/view?filename={name}&subfolder={folder}&type=output",)]


@pytest.mark.parametrize(
    ("case", "kind", "words"),
    [
        ("own_id_upper", K.MISCONFIGURED, "UUID"),
        ("missing_node", K.MISCONFIGURED, "NoSuchNode"),
        ("too_big", K.UNSUPPORTED_PARAM, "99999"),
        ("dangling_link", K.MISCONFIGURED, "77"),
        ("model_file_missing", K.MODEL_GONE, "wan2.2.safetensors"),
        ("picture_missing", K.BAD_REQUEST, "nope.png"),
        ("origin_other_host", K.PERMISSION, ""),
    ],
)
async def test_a_refusal_says_what_is_wrong_and_ran_nothing(
    case: str, kind: FaultKind, words: str
) -> None:
    spoken = await talk("comfyui", creation=[recorded(case)], pace=CALM)

    assert spoken.fault
    assert (spoken.fault.kind, spoken.fault.maybe_billed) == (kind, False)
    assert words in spoken.fault.reason
    assert spoken.lines == ["POST /prompt HTTP/1.1"]


async def test_what_the_server_stumbles_over_is_asked_for_and_was_never_there() -> None:
    looks = [recorded("job_unknown"), as_json({}), recorded("after_restart_queue")] * 9

    spoken = await talk("comfyui", creation=[recorded("editor_format")], looks=looks, pace=HASTY)

    assert spoken.fault
    assert spoken.fault.kind is K.EXPIRED
    assert spoken.posts == 1


async def test_an_output_that_was_left_out_ends_the_job_and_takes_back_the_rest() -> None:
    answer = recorded("one_output_valid_one_not")
    left = json.loads(ROWS["one_output_valid_one_not"]["body"])

    spoken = await talk(
        "comfyui",
        creation=[answer, as_json({"cancelled": True})],
        model=with_output("20"),
        pace=CALM,
    )
    kept = await talk(
        "comfyui",
        creation=[answer],
        looks=[recorded("job_done")],
        model=with_output("3"),
        pace=CALM,
    )

    assert spoken.fault
    assert "nope.png" in spoken.fault.reason
    cancelled = f"POST /api/jobs/{left['prompt_id']}/cancel HTTP/1.1"
    assert spoken.lines == ["POST /prompt HTTP/1.1", cancelled]
    assert kept.links == view("clip_00001_.mp4")


async def test_a_job_is_seen_from_its_queue_to_its_file() -> None:
    task = id_in("job_done")
    line = as_json({"queue_running": [[1, "x"]], "queue_pending": [[2, "y"], [3, task]]})
    down = as_json({}, status=502)
    pending, running = recorded("job_pending"), recorded("job_running")

    spoken = await look(
        *(pending, line), *(pending, down), running, recorded("job_done"), task=task
    )

    assert spoken.links == view("clip_00001_.mp4")
    assert spoken.events == [Queued(ahead=2), Queued(), Rendering()]
    assert all(asset.authorized for asset in spoken.assets)


async def test_a_build_without_jobs_is_asked_for_its_history_and_its_queue() -> None:
    task = id_in("history_done")
    waiting = as_json({"queue_running": [[1, "x"]], "queue_pending": [[3, "y"], [2, task]]})
    working = as_json({"queue_running": [[2, task]], "queue_pending": []})
    none = recorded("history_running")
    old = as_json({}, status=404)

    spoken = await look(
        *(old, none, waiting),
        *(old, none, working),
        *(old, recorded("history_done")),
        task=task,
    )

    assert spoken.links == view("clip_00001_.mp4")
    assert spoken.lines[:3] == [
        f"GET /api/jobs/{task} HTTP/1.1",
        f"GET /history/{task} HTTP/1.1",
        "GET /queue HTTP/1.1",
    ]


@pytest.mark.parametrize("status", [None, {"status_str": "success", "completed": True}])
async def test_what_stands_in_the_history_has_ended(status: object) -> None:
    entry: dict[str, Any] = {
        "prompt": [],
        "outputs": {"3": {"gifs": [{"filename": "a.mp4"}]}},
        "status": status,
    }

    spoken = await look(NOT_FOUND, as_json({"7": entry}), task="7")

    assert spoken.links == view("a.mp4", "")


@pytest.mark.parametrize(
    ("cases", "kind", "words"),
    [
        (["odd_job"], K.UPSTREAM, "SaveVideo: [Errno 542398533]"),
        (["bad_format_job"], K.UPSTREAM, "missing 1 required positional argument"),
        (["job_cancelled_running"], K.CANCELLED, ""),
        (["job_unknown", "history_cancelled_running"], K.CANCELLED, ""),
    ],
)
async def test_an_end_without_a_file_says_why(
    cases: list[str], kind: FaultKind, words: str
) -> None:
    spoken = await look(*map(recorded, cases), task=id_in(cases[-1]))

    assert spoken.fault
    assert spoken.fault.kind is kind
    assert words in spoken.fault.reason


async def test_a_job_that_nobody_knows_any_more_is_lost() -> None:
    cases = ("job_b_after_cancel", "history_running", "after_restart_queue")

    spoken = await look(*map(recorded, cases * 9), task="7", hasty=True)

    assert spoken.fault
    assert (spoken.fault.kind, spoken.fault.maybe_billed) == (K.EXPIRED, True)
    assert spoken.posts == 0


async def test_a_job_that_is_not_known_yet_is_asked_on() -> None:
    unknown = [NOT_FOUND, as_json({}), recorded("after_restart_queue")]

    spoken = await look(*unknown * 3, recorded("job_done"), task="7", hasty=True)

    assert spoken.links == view("clip_00001_.mp4")


@pytest.mark.parametrize(
    ("outputs", "found"),
    [
        ({"3": {"images": [{"filename": "a.webm"}], "animated": [True]}}, ["a.webm"]),
        ({"3": {"gifs": [{"filename": "a.mp4", "format": "video/h264-mp4"}]}}, ["a.mp4"]),
        ({"3": {"videos": [{"filename": "A.MP4"}, {"filename": "b.mp4"}]}}, ["A.MP4"]),
        ({"9": {"images": [{"filename": "a.mp4"}]}}, ["a.mp4"]),
        (
            {
                "1": {"images": [{"filename": "p.mp4"}]},
                "3": {"images": [{"filename": "a.png"}, {"filename": "a.mp4"}]},
            },
            ["a.mp4"],
        ),
        (
            {
                "3": {
                    "images": [
                        {"filename": "t.mp4", "type": "temp"},
                        {"filename": "a.mp4", "type": "output"},
                    ]
                }
            },
            ["a.mp4"],
        ),
        ({"3": {"images": [{"filename": "../../a b&type=temp.mp4"}]}}, None),
        ({"3": {"images": "none", "text": ["a.mp4"], "audio": [None, 4]}}, []),
        ({"3": {"images": [{"filename": "a.webp"}], "animated": [True]}}, []),
        ({}, []),
    ],
)
async def test_of_all_files_the_wanted_one_is_taken(
    outputs: Mapping[str, object], found: list[str] | None
) -> None:
    spoken = await look(as_json({"status": "completed", "outputs": outputs}), task="7", hasty=True)

    if found is None:
        quoted = "..%2F..%2Fa+b%26type%3Dtemp.mp4"
        assert spoken.links == view(quoted, "")
    elif found:
        assert spoken.links == view(found[0], "")
    else:
        assert spoken.fault
        assert spoken.fault.kind is K.NO_MEDIA


async def test_a_preview_of_the_picture_is_no_result() -> None:
    spoken = await look(recorded("i2v_job"), task=id_in("i2v_job"), output="4")

    assert spoken.links == view("i2v_00001_.mp4")


async def test_a_job_that_is_told_with_a_huge_workflow_is_read() -> None:
    job = {**json.loads(ROWS["job_done"]["body"]), "workflow": {"padding": "x" * 3_000_000}}

    spoken = await look(as_json(job), task="7")

    assert spoken.links == view("clip_00001_.mp4")


async def test_pictures_are_uploaded_first_and_go_where_the_map_says(tmp_path: Path) -> None:
    (path := tmp_path / "1.jpg").write_bytes(b"jpeg bytes")
    picture = Asset(
        kind=MediaKind.IMAGE, path=path, mime="image/jpeg", size_bytes=10, width=64, height=64
    )
    model = with_output("11")
    fields = {**model.fields, "first_frame": model.fields["prompt"].model_copy()}
    fields["first_frame"] = fields["first_frame"].model_copy(update={"name": "Model.unet_name"})
    images = model.images.model_copy(update={"max": 1, "roles": ("first_frame",)})
    busy = as_json({}, status=502)

    spoken = await talk(
        "comfyui",
        creation=[busy, recorded("upload_subfolder"), recorded("video_ok")],
        looks=[recorded("job_done")],
        request=MediaRequest(prompt="a cat", images=(picture,)),
        model=model.model_copy(update={"fields": fields, "images": images}),
        pace=CALM,
    )

    paths = ["/upload/image", "/upload/image", "/prompt"]
    assert spoken.lines[:3] == [f"POST {path} HTTP/1.1" for path in paths]
    assert b"jpeg bytes" in spoken.requests[1]
    assert b'name="subfolder"\r\n\r\ncliprelay' in spoken.requests[1]
    sent = json.loads(spoken.requests[2].partition(b"\r\n\r\n")[2])
    assert sent["prompt"]["1"]["inputs"]["unet_name"] == "cliprelay/b.jpg"
    (named, *_) = spoken.events
    assert named == Named(task=TaskRef(id=sent["prompt_id"]))
    assert sent["prompt_id"] == sent["prompt_id"].lower()


async def test_a_picture_that_is_not_taken_orders_nothing(tmp_path: Path) -> None:
    (path := tmp_path / "1.jpg").write_bytes(b"x")
    picture = Asset(
        kind=MediaKind.IMAGE, path=path, mime="image/jpeg", size_bytes=1, width=64, height=64
    )

    spoken = await talk(
        "comfyui",
        creation=[as_json({}, status=413)],
        request=MediaRequest(prompt="a cat", images=(picture,)),
        pace=CALM,
    )

    assert spoken.fault
    assert (spoken.fault.kind, spoken.fault.maybe_billed) == (K.TOO_LARGE, False)
    assert spoken.lines == ["POST /upload/image HTTP/1.1"]


@pytest.mark.parametrize(
    ("cancel", "queue", "told"),
    [
        (recorded("cancel_pending_b"), {}, ["POST /api/jobs/7/cancel"]),
        (as_json({"cancelled": False}), {}, ["POST /api/jobs/7/cancel"]),
        (as_json({}, status=500), {}, ["POST /api/jobs/7/cancel"]),
        (
            as_json({}, status=404),
            {"queue_running": [[1, "7"]]},
            ["POST /api/jobs/7/cancel", "POST /queue", "GET /queue", "POST /interrupt"],
        ),
        (
            as_json({}, status=405),
            {"queue_running": [[1, "somebody else's"]]},
            ["POST /api/jobs/7/cancel", "POST /queue", "GET /queue"],
        ),
    ],
)
async def test_cancelling_stops_our_job_and_nobody_elses(
    cancel: bytes, queue: object, told: list[str]
) -> None:
    answers = {
        b"POST /api": cancel,
        b"POST /que": reply(b""),
        b"GET /queu": as_json(queue),
        b"POST /int": reply(b""),
    }

    async def serve(asked: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(answers[asked[:9]])

    async with raw_server(serve) as server, client() as http:
        dialect = dialect_of("comfyui")(endpoint(server.url, pace=CALM), http)
        await dialect.cancel(TaskRef(id="7"))
        asked = server.requests

    assert [line.split(b" HTTP", 1)[0].decode() for line in asked] == told
    bodies = [json.loads(line.partition(b"\r\n\r\n")[2] or b"{}") for line in asked]
    assert bodies[1:2] in ([], [{"delete": ["7"]}])
    assert bodies[3:] in ([], [{"prompt_id": "7"}])


QUEUES: list[tuple[Any, int | None]] = [
    (json.loads(ROWS["queue_busy"]["body"]), 0),
    ({"queue_running": [], "queue_pending": [[9, "x"], [-2, "me"], [3, "y"]]}, 1),
    ({"queue_running": [[1, "x"]], "queue_pending": [[2, "y"], [3, "me"]]}, 2),
    ({"queue_running": "none", "queue_pending": [None, 4, []]}, None),
    ({}, None),
]


@pytest.mark.parametrize(("queue", "place"), QUEUES)
def test_the_place_in_the_queue_is_counted_by_numbers(queue: Any, place: int | None) -> None:
    me = queue["queue_running"][0][1] if place == 0 else "me"

    assert place_in_queue(queue, me) == place


async def test_a_key_of_a_proxy_goes_to_the_server_and_to_nobody_else() -> None:
    generation = generation_of("comfyui")

    async def serve(asked: bytes, writer: asyncio.StreamWriter) -> None:
        script = script_of("comfyui")
        writer.write(script.created if asked.startswith(b"POST") else script.finished)

    async with raw_server(serve) as server, client() as http:
        account = replace(endpoint(server.url, pace=CALM), auth="none")
        assets = await dialect_of("comfyui")(account, http).generate(generation)
        assert all(b"uthorization" not in request for request in server.requests)

    assert all(url.startswith(server.url) for asset in assets for url in asset.urls)


def progress(value: float, most: float) -> str:
    """What a server says of a node with steps."""
    data = {"value": value, "max": most, "node": "8", "prompt_id": "7"}
    return json.dumps({"type": "progress", "data": data})


def state(**nodes: tuple[float, float]) -> str:
    """The same of all nodes that have begun."""
    told = {name: {"value": value, "max": most} for name, (value, most) in nodes.items()}
    return json.dumps({"type": "progress_state", "data": {"nodes": told}})


@pytest.mark.parametrize(
    ("messages", "fraction"),
    [
        ([], None),
        ([progress(5, 20)], 0.25),
        ([progress(5, 20), progress(2, 3)], 0.25),
        ([progress(1, 2), progress(15, 20)], 0.75),
        ([progress(15, 20), progress(1, 20)], 0.75),
        ([state(a=(1, 1), b=(5, 10))], 0.5),
        ([state(a=(1, 1))], None),
        (['{"type": "progress", "data": {"value": "x", "max": 0}}', "[]", "no JSON"], None),
        (['{"type": "status", "data": {"value": 1, "max": 2}}'], None),
    ],
)
def test_the_node_with_the_most_steps_says_how_far_a_job_is(
    messages: list[str], fraction: float | None
) -> None:
    heard = StepsHeard()

    for message in messages:
        heard.hear(message)

    assert heard.fraction == fraction


async def test_progress_comes_over_a_websocket_of_the_jobs_own_name() -> None:
    task, told = id_in("job_done"), asyncio.Event()
    clients: list[str] = []

    async def talk_to(request: web.Request) -> web.WebSocketResponse:
        clients.append(request.query["clientId"])
        await (socket := web.WebSocketResponse()).prepare(request)
        await socket.send_bytes(b"\0\0\0\1 a preview")
        await socket.send_str(progress(5, 20))
        await told.wait()
        return socket

    async def job(_: web.Request) -> web.Response:
        case = "job_done" if told.is_set() else "job_running"
        return web.Response(text=ROWS[case]["body"], content_type="application/json")

    async def report(event: Event) -> None:
        if event == Rendering(fraction=0.25):
            told.set()

    (app := web.Application()).router.add_get("/ws", talk_to)
    app.router.add_get("/api/jobs/{id}", job)
    async with TestServer(app) as server, client() as http, asyncio.timeout(LIMIT_SECONDS):
        account = endpoint(str(server.make_url("")).rstrip("/"), pace=CALM)
        asked = generation_of("comfyui", report=report, task=TaskRef(id=task))
        assets = await dialect_of("comfyui")(account, http).generate(asked)

    assert told.is_set()
    assert clients == [task]
    assert len(assets) == 1
