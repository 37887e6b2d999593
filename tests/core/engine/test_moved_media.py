"""MEDIA_DIR lies elsewhere than before: what rows say of files holds there, too."""

from dataclasses import replace

from core.engine.engine import Engine
from core.files.pictures import save_picture
from core.jobs import Job, JobState
from core.media import MediaKind, MediaRequest
from storage.database import open_database
from tests.fakes.databases import lay_in
from tests.fakes.engine_harness import EngineHarness, stored
from tests.fakes.local_picture import picture
from tests.fakes.statements import say

MODEL = "sandbox/sandbox-image"


async def with_picture(harness: EngineHarness) -> Job:
    """The row of an order that came with a picture, which lies in its folder."""
    job = harness.job()
    sent = picture(harness.folder, "sent.png").path
    saved = await save_picture(sent, harness.media_dir / job.id, "input-1")
    request = MediaRequest(prompt="a cat", kind=MediaKind.IMAGE, model=MODEL, images=(saved,))
    return replace(job, model=MODEL, request=request)


async def ended(engine: Engine, job_id: str) -> Job:
    await engine.idle()
    return await stored(engine, job_id)


async def test_a_job_finds_its_picture_and_its_result_after_media_dir_was_moved(
    harness: EngineHarness,
) -> None:
    job = await with_picture(harness)
    await harness.leave(job)
    harness.media_dir.rename(harness.folder / "second")
    async with replace(harness, media="second").engine() as engine:
        made = await ended(engine, job.id)
    harness.folder.joinpath("second").rename(harness.folder / "third")
    async with replace(harness, media="third").engine() as engine:
        read = await stored(engine, job.id)

    assert made.state is JobState.DONE
    assert read.assets[0].path == harness.folder / "third" / job.id / made.assets[0].path.name
    assert read.assets[0].path.exists()
    assert read.request.images[0].path.exists()


async def test_rows_of_earlier_versions_name_files_from_the_root_on(
    harness: EngineHarness,
) -> None:
    job = await with_picture(harness)
    async with open_database(lay_in(harness.folder)) as database:
        await harness.store_type(database).add(job)
        ((request,),) = await say(database, "SELECT request FROM jobs")
    async with harness.engine() as engine:
        made = await ended(engine, job.id)

    assert str(harness.media_dir) in str(request)
    assert made.state is JobState.DONE
