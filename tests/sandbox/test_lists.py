"""The lists that some hosts keep for one sort of model, as the sandbox plays them."""

import json
from pathlib import Path

import httpx
import pytest

from bots.sandboxing import sandbox_chats, sandbox_speeches, sandbox_tables
from core.catalog import load
from core.dialects import CHAT_DIALECTS, DIALECTS
from sandbox.options import SandboxOptions

DATA = load((), tuple(DIALECTS), tuple(CHAT_DIALECTS))


@pytest.fixture
def options(tmp_path: Path) -> SandboxOptions:
    return SandboxOptions(
        state_dir=tmp_path,
        models=sandbox_tables(DATA),
        chats=sandbox_chats(DATA),
        speeches=sandbox_speeches(DATA),
    )


async def test_openrouters_videos_are_listed_with_what_they_can_do(cdn: httpx.AsyncClient) -> None:
    listed = {each["id"]: each for each in (await cdn.get("/v1/videos/models")).json()["data"]}

    wan = listed["alibaba/wan-3.0"]
    assert wan["supported_resolutions"] == ["480p", "720p", "1080p"]
    assert wan["supported_durations"] == list(range(2, 31))
    assert wan["supported_frame_images"] == ["first_frame", "last_frame"]
    assert (wan["generate_audio"], wan["seed"]) == (True, True)
    assert listed["x-ai/grok-imagine-video-1.5"]["generate_audio"] is None


async def test_what_has_a_list_of_its_own_is_not_in_the_list_for_all(
    http: httpx.AsyncClient,
) -> None:
    names = {each["id"] for each in (await http.get("/v1/models")).json()["data"]}

    assert "openai/gpt-4.1-mini" in names
    assert not {"alibaba/wan-3.0", "gemini-omni-1.2-flash", "grok-imagine-reference"} & names


async def test_googles_list_comes_in_pages(http: httpx.AsyncClient) -> None:
    names: list[str] = []
    start = "0"
    while start:
        page = (await http.get(f"/v1beta/models?pageSize=2&pageToken={start}")).json()
        assert len(page["models"]) <= 2
        names += [each["name"] for each in page["models"]]
        start = page.get("nextPageToken", "")

    assert "models/gemini-omni-1.2-flash" in names
    assert len(names) == len(set(names)) > 2


async def test_what_is_said_to_be_gone_is_in_no_list(http: httpx.AsyncClient) -> None:
    gone = ["alibaba/wan-3.0", "openai/gpt-4.1", "grok-imagine-video"]
    paths = ("/v1/videos/models", "/v1/models", "/v1/video-generation-models")
    before = [(await http.get(path)).text for path in paths]
    hidden = await http.put("/sandbox/unlisted", content=json.dumps(gone))
    after = [(await http.get(path)).text for path in paths]
    await http.put("/sandbox/unlisted", content="[]")
    again = [(await http.get(path)).text for path in paths]

    assert hidden.status_code == 204
    for name, listed, missing in zip(gone, before, after, strict=True):
        assert f'"{name}"' in listed
        assert f'"{name}"' not in missing
    assert before == again
