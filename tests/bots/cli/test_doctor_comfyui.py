"""Doctor asks a ComfyUI server how it is, and whether it has what the workflows name."""

import asyncio
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.core.dialects.http_answers import as_json
from tests.core.dialects.scripts import WORKFLOWS
from tests.fakes.cli import run
from tests.fakes.ports import free_port
from tests.fakes.raw_server import raw_server

pytestmark = pytest.mark.slow

STATS = {
    "system": {"comfyui_version": "0.33.0"},
    "devices": [{"name": "cuda:0", "vram_total": 12_000_000_000, "vram_free": 10_500_000_000}],
}
LACKS = "unet_name has no wan2.2_ti2v_5B_fp16.safetensors; there is no node ModelSamplingSD3"
NODES: dict[str, Any] = {
    # As old builds tell what can be chosen, and as new ones do.
    "UNETLoader": {"input": {"required": {"unet_name": [["other.safetensors"], {}]}}},
    "VAELoader": {
        "input": {"optional": {"vae_name": ["COMBO", {"options": ["wan2.2_vae.safetensors"]}]}}
    },
    "KSampler": {"input": {"required": {"seed": ["INT", {"min": 0}]}}},
    # The picture of the file is there no more; each request brings its own.
    "LoadImage": {"input": {"required": {"image": [["else.png"], {}]}}},
}


async def serve(request: bytes, writer: asyncio.StreamWriter) -> None:
    path = request.split(b" ")[1].decode()
    if path == "/system_stats":
        writer.write(as_json(STATS))
        return
    kind = path.removeprefix("/object_info/")
    known = {} if kind == "ModelSamplingSD3" else {kind: NODES.get(kind, {"input": {}})}
    writer.write(as_json(known))


async def test_doctor_names_what_the_server_lacks(tmp_path: Path) -> None:
    folder = shutil.copytree(WORKFLOWS, tmp_path / "flows")
    (folder / "draft.json").write_text(json.dumps({}))

    async with raw_server(serve) as server:
        variables = {"COMFYUI_BASE_URL": server.url, "COMFYUI_WORKFLOWS": str(folder)}
        done = await run(tmp_path, "doctor", variables=variables)

    said = [line for line in done.out.splitlines() if "comfyui" in line]
    assert said == [
        f"ok    comfyui: {server.url}: answers; it has no list to compare our models with",
        "ok    comfyui: ComfyUI 0.33.0; cuda:0: 10.5 of 12.0 GB of memory free",
        "ok    comfyui/ltx-image: all its nodes and files are installed",
        f"wrong comfyui/wan22-5b: {LACKS}",
        f"-     comfyui: {folder}/draft.json is not used: there is no draft.toml beside it",
    ]


async def test_doctor_says_where_nobody_answers_and_what_is_wrong_in_the_folder(
    tmp_path: Path,
) -> None:
    (tmp_path / "one.toml").write_text('[fields]\nprompt = "1.text"\n')
    url = f"http://127.0.0.1:{free_port()}"
    variables = {"COMFYUI_BASE_URL": url, "COMFYUI_WORKFLOWS": str(tmp_path)}
    done = await run(tmp_path, "doctor", variables=variables)

    lines = done.out.splitlines()
    missing = f"{tmp_path}/one.json: is missing; it is the workflow that one.toml is about"
    assert f"wrong configuration: {missing}" in lines
    assert any(line.startswith(f"wrong comfyui: {url} cannot be reached") for line in lines)
