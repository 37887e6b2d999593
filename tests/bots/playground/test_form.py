"""The forms of the playground: what there is to choose, and what becomes of it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bots.playground.form import FieldKind, forms
from core.commands import COMMANDS
from core.i18n import Locale
from sandbox.options import SandboxOptions
from sandbox.server import serve
from tests.fakes.driver import until_said
from tests.fakes.engine_harness import EngineHarness
from tests.fakes.playground_driver import PlaygroundDriver
from tests.fakes.setups import SETUPS


@pytest.fixture
async def harness(tmp_path: Path) -> AsyncIterator[EngineHarness]:
    options = SandboxOptions(state_dir=tmp_path / "sandbox", speed=200, short_side=96, fps=8)
    async with serve(options) as root:
        yield EngineHarness(folder=tmp_path, root=root)


@pytest.mark.parametrize("name", SETUPS)
@pytest.mark.parametrize("locale", list(Locale))
def test_there_is_a_form_for_what_the_ready_models_can_make(name: str, locale: Locale) -> None:
    set_up = SETUPS[name]
    made = forms(set_up.catalog, COMMANDS, locale)

    makers = [each for each in set_up.offered if COMMANDS[each].pays and COMMANDS[each].needs]
    assert [form.command for form in made] == makers
    for form in made:
        names = [field.name for field in (*form.first, *form.others)]
        assert set(names) <= set(COMMANDS[form.command].options.model_fields)


def test_a_form_offers_no_value_that_no_model_makes() -> None:
    (video, *_) = forms(SETUPS["apiyi"].catalog, COMMANDS, Locale.EN)
    fields = {field.name: field for field in (*video.first, *video.others)}

    assert (fields["seconds"].kind, fields["seconds"].choices) == (FieldKind.NUMBER, ["8"])
    assert list(fields["ratio"].choices) == ["9:16", "16:9"]
    assert fields["model"].choices == ["veo-3.1"]
    assert (fields["fast"].kind, fields["sound"].kind) == (FieldKind.SWITCH, FieldKind.EITHER)


async def test_what_is_chosen_is_ordered_and_what_is_left_open_is_not(
    harness: EngineHarness,
) -> None:
    driver = PlaygroundDriver(harness, "en")
    async with driver.bot() as engine:
        chosen = {"ratio": "9:16", "seconds": "2", "spoiler": "true", "resolution": "", "seed": ""}
        await driver.fill_in("video", {"prompt": "a cat", "nonsense": "1", **chosen})
        await until_said(driver, "Done in")
        (job,) = await engine.jobs_of(driver.user)
        await driver.fill_in("video", {"prompt": "a cat", "seconds": "9999"})
        await until_said(driver, "Length must be 1 to 600 seconds.")

    wanted = job.request
    assert (wanted.ratio, wanted.seconds, wanted.spoiler) == ("9:16", 2, True)
    assert (wanted.prompt, wanted.seed, wanted.resolution) == ("a cat", None, None)
    assert harness.paid == 1


@pytest.mark.parametrize("language", ["en", "zh-CN"])
async def test_every_form_is_shown(harness: EngineHarness, language: str) -> None:
    driver = PlaygroundDriver(harness, language)
    async with driver.bot() as engine:
        all_ = forms(engine.services.catalog, COMMANDS, Locale.EN)
        for form in all_:
            page = await driver.opened(f"?command={form.command}")
            assert f'action="order/{form.command}"' in page
        assert len(all_) > 5
        assert 'action="say"' in await driver.opened("?command=")
        assert 'action="order/video"' in await driver.opened("?command=<script>")
