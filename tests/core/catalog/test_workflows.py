"""A folder of workflows becomes models, or all that is wrong with it is told at once."""

import json
from pathlib import Path
from typing import Any

import pytest

from core.catalog import Model, load
from core.dialects import DIALECTS
from core.dialects._comfy_workflow import filled_in
from core.errors import CatalogError
from core.media import SOME_PICTURE, MediaRequest
from tests.core.dialects.scripts import WORKFLOWS

NODES: dict[str, Any] = {
    "1": {"class_type": "CLIPTextEncode", "inputs": {"text": "x"}, "_meta": {"title": "Words"}},
    "2": {"class_type": "LoadImage", "inputs": {"image": "a.png"}, "_meta": {"title": "One"}},
    "3": {"class_type": "LoadImage", "inputs": {"image": "b.png"}, "_meta": {"title": "Two"}},
    "4": {
        "class_type": "KSampler",
        "inputs": {"seed": 1, "steps": 20, "model": ["1", 0], "resize.width": 8},
        "_meta": {"title": "Sampler v1.0"},
    },
    "5": {"class_type": "SaveVideo", "inputs": {"video": ["4", 0]}, "_meta": {"title": "Words 2"}},
}
INPUTS = "its inputs: seed, steps, model, resize.width"
BOTH = "min and max must be the same: an input left out keeps its old picture"
NEITHER = "a workflow has its own gateway and dialect; leave both out"
FIELDS = 'prompt = "Words.text"\nseed = "4.seed"\noutput = "5"\n'


def pair(folder: Path, name: str, toml: str, nodes: object = NODES) -> None:
    """Write a map, and the workflow beside it."""
    (folder / f"{name}.toml").write_text(toml, encoding="utf-8")
    (folder / f"{name}.json").write_text(json.dumps(nodes), encoding="utf-8")


def models_in(folder: Path) -> dict[str, Model]:
    found = load((), tuple(DIALECTS), workflows=folder).models
    return {model.name: model for model in found if model.gateway == "comfyui"}


def told(folder: Path) -> list[str]:
    with pytest.raises(CatalogError) as caught:
        models_in(folder)
    return str(caught.value).replace(f"{folder}/", "").splitlines()


def test_the_examples_are_models_without_a_price() -> None:
    models = models_in(WORKFLOWS)

    assert sorted(models) == ["ltx-image", "wan22-5b"]
    assert {model.credits for model in models.values()} == {0}
    assert {model.dialect for model in models.values()} == {"comfyui"}


def test_a_file_names_its_model_unless_the_map_does(tmp_path: Path) -> None:
    pair(tmp_path, "one", f"[fields]\n{FIELDS}")
    pair(tmp_path, "two", f'name = "better"\noutput = "5"\n[fields]\n{FIELDS}')

    pair(tmp_path, "three", f"[[model]]\n[model.fields]\n{FIELDS}")

    assert sorted(models_in(tmp_path)) == ["better", "one", "three"]


def test_a_workflow_is_filled_in_for_one_request_and_stays_as_it_was() -> None:
    model = models_in(WORKFLOWS)["wan22-5b"]
    request = model.complete(MediaRequest(prompt="a dog", ratio="9:16", seconds=3, seed=7))

    nodes: Any = filled_in(model, request, [])

    assert nodes["5"]["inputs"] == {"clip": ["2", 0], "text": "a dog"}
    assert nodes["7"]["inputs"] == {
        "vae": ["3", 0],
        "width": 704,
        "height": 1280,
        "length": 73,
        "batch_size": 1,
    }
    assert nodes["8"]["inputs"]["seed"] == 7
    assert nodes["10"]["inputs"]["fps"] == 24
    assert nodes["6"]["class_type"] == "CLIPTextEncode"
    assert models_in(WORKFLOWS)["wan22-5b"] == model


def test_without_a_seed_each_request_has_another_so_that_no_cache_answers() -> None:
    model = models_in(WORKFLOWS)["wan22-5b"]
    request = model.complete(MediaRequest(prompt="a dog"))

    made: list[Any] = [filled_in(model, request, []) for _ in range(5)]

    assert len({nodes["8"]["inputs"]["seed"] for nodes in made}) > 1


def test_one_option_may_have_several_places_and_each_reference_its_own(tmp_path: Path) -> None:
    fields = FIELDS.replace('"4.seed"', '["Sampler v1.0.seed", "4.steps"]')
    pair(
        tmp_path,
        "refs",
        'images = { min = 2, max = 2 }\n[fields]\nreferences = ["One.image", "Two.image"]\n'
        f'{fields}[constants]\n"4.resize.width" = 16\n',
    )
    model = models_in(tmp_path)["refs"]
    request = MediaRequest(prompt="a dog", seed=5, images=(SOME_PICTURE, SOME_PICTURE))

    nodes: Any = filled_in(model, request, ["cliprelay/1.png", "cliprelay/2.png"])

    assert nodes["2"]["inputs"]["image"] == "cliprelay/1.png"
    assert nodes["3"]["inputs"]["image"] == "cliprelay/2.png"
    sampler = {"seed": 5, "steps": 5, "model": ["1", 0], "resize.width": 16}
    assert nodes["4"]["inputs"] == sampler


@pytest.mark.parametrize("ratio", ["7:3", "3:7", "21:9"])
def test_sides_are_even_whatever_the_shape(tmp_path: Path, ratio: str) -> None:
    sized = {"class_type": "Empty", "inputs": {"w": 1, "h": 1, "text": ""}}
    fields = 'width = "1.w"\nheight = "1.h"\nprompt = "1.text"\nseed = "4.seed"\noutput = "5"\n'
    toml = f'ratios = ["{ratio}"]\nresolutions = ["480p"]\n[fields]\n{fields}'
    pair(tmp_path, "odd", toml, {**NODES, "1": sized})
    model = models_in(tmp_path)["odd"]

    nodes: Any = filled_in(model, model.complete(MediaRequest(prompt="x")), [])

    assert nodes["1"]["inputs"]["w"] % 2 == nodes["1"]["inputs"]["h"] % 2 == 0


def test_all_mistakes_of_all_files_are_told_at_once_by_file_and_field(tmp_path: Path) -> None:
    twice = {**NODES, "6": NODES["1"]}
    pair(tmp_path, "a", f'colour = "red"\n[fields]\n{FIELDS.replace("Words.text", "Word.text")}')
    pair(tmp_path, "b", f"[fields]\n{FIELDS.replace('4.seed', '4.sed')}", twice)
    pair(tmp_path, "c", '[fields]\nprompt = "1.text"\noutput = "9"\n')
    pair(tmp_path, "d", f"[fields]\n{FIELDS}", {"nodes": [], "links": [], "version": 0.4})
    pair(tmp_path, "e", f"images = {{ max = 2 }}\n[fields]\nreferences = 'One.image'\n{FIELDS}")
    (tmp_path / "f.toml").write_text(f"[fields]\n{FIELDS}")
    (tmp_path / "g.toml").write_text("= 1")
    pair(tmp_path, "h", f"[fields]\n{FIELDS}", {"1": {"inputs": {}}})
    pair(tmp_path, "i", f'name = "wan"\n[fields]\n{FIELDS}')
    pair(tmp_path, "j", f'name = "wan"\n[fields]\n{FIELDS}')
    pair(tmp_path, "k", f'gateway = "fal"\n[fields]\n{FIELDS}')
    pair(tmp_path, "m", f"[fields]\nfirst_frame = 'One.image'\n{FIELDS}")
    pair(tmp_path, "l", '[fields]\nprompt = "text"\nseed = "4.seed"\noutput = "5"\n')

    lines = told(tmp_path)

    assert lines[:-1] == [
        "a.toml: field fields.prompt: there is no node Word",
        "b.toml: field fields.prompt: nodes 1 and 6 are both called Words: use an id",
        f"b.toml: field fields.seed: node 4 has no input sed; {INPUTS}",
        "c.toml: field output: there is no node 9",
        "c.toml: field fields.seed: is missing; it could be 4.seed",
        "d.json: is as the editor saves it; export it with Workflow > Export (API)",
        f"e.toml: field images: {BOTH}",
        "e.toml: field images: max is 2, but fields has places for 1",
        "f.json: is missing; it is the workflow that f.toml is about",
        "g.toml: is not valid TOML: Invalid statement (at line 1, column 1)",
        "h.json: is no workflow in API format: nodes.1.class_type: is missing",
        "j.toml: field name: i.toml has that name already",
        f"k.toml: field gateway: {NEITHER}",
        'l.toml: field fields.prompt: write "node.input", not "text"',
        "m.toml: field images: max is 0, but fields has places for 1",
    ]
    assert lines[-1] == "a.toml: field colour: is unknown"


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    none = tmp_path / "none"

    assert told(none) == [f"COMFYUI_WORKFLOWS: {none}: No such file or directory"]


def test_a_stanza_of_a_catalog_file_cannot_be_such_a_model(tmp_path: Path) -> None:
    (file := tmp_path / "mine.toml").write_text(
        '[[model]]\ngateway = "comfyui"\nname = "x"\ndialect = "comfyui"\ncredits = 0\n'
    )
    with pytest.raises(CatalogError, match="models of comfyui are files in COMFYUI_WORKFLOWS"):
        load((file,), tuple(DIALECTS))
