"""Forms, and the menus of messages, on Discord."""

from pathlib import Path

from tests.fakes.discord.bot import discord_bot, picture


async def test_a_command_without_a_prompt_opens_a_form_that_keeps_what_was_chosen(
    tmp_path: Path,
) -> None:
    async with discord_bot(tmp_path) as here, here.bot() as engine:
        shown = await here.ada.slash(
            here.channel, "video", ratio="1:1", private=True, image1=("a.jpg", picture(70))
        )
        await here.server.until(lambda: shown.modal)
        filled = {
            "prompt": "a cat",
            "pictures": [("b.jpg", picture(80)), ("c.jpg", picture(90))],
            "ratio": ["9:16"],
            "seconds": ["1"],
        }
        await here.ada.submit_modal(shown, filled)
        job = await here.job(engine)

    assert (job.request.prompt, job.request.ratio, job.request.seconds) == ("a cat", "9:16", 1)
    assert job.request.private
    assert [image.width for image in job.request.images] == [70, 80, 90]


async def test_a_form_of_an_earlier_process_is_refused_kindly(tmp_path: Path) -> None:
    async with discord_bot(tmp_path) as here:
        async with here.bot():
            shown = await here.ada.slash(here.channel, "video")
            await here.server.until(lambda: shown.modal)
        async with here.bot():
            sent = await here.ada.submit_modal(shown, {"prompt": "a cat"})
            said = await here.until_answered(sent)

    assert "form is too old" in said
    assert sent.ephemeral


async def test_the_menu_of_a_message_animates_its_pictures(tmp_path: Path) -> None:
    async with discord_bot(tmp_path) as here, here.bot() as engine:
        bob = here.guild.add_member(here.server.world.create_user("bob"))
        files = [("a.jpg", picture(80)), ("notes.txt", b"no picture")]
        message = await bob.send(here.channel, "look", attachments=files)
        shown = await here.ada.context_menu(here.channel, "Animate this", message)
        await here.server.until(lambda: shown.modal)
        assert shown.modal
        (words, *_) = [part["component"] for part in shown.modal["components"]]
        await here.ada.submit_modal(shown, {"prompt": words["value"]})

        job = await here.job(engine)

    assert job.request.prompt == "bring it to life"
    assert [image.width for image in job.request.images] == [80]


async def test_a_message_without_pictures_cannot_be_animated(tmp_path: Path) -> None:
    async with discord_bot(tmp_path) as here, here.bot():
        message = await here.ada.send(here.channel, "look")
        asked = await here.ada.context_menu(here.channel, "Animate this", message)

        assert "no picture" in await here.until_answered(asked)
        assert asked.ephemeral


async def test_the_menu_of_a_result_changes_that_video(tmp_path: Path) -> None:
    async with discord_bot(tmp_path) as here, here.bot() as engine:
        asked = {"prompt": "1s a cat", "model": "sandbox-videos"}
        await here.ada.slash(here.channel, "video", **asked)
        await here.until_shown("Done in")
        (video,) = here.videos()
        shown = await here.ada.context_menu(here.channel, "Remix", here.message(video))
        await here.server.until(lambda: shown.modal)
        await here.ada.submit_modal(shown, {"prompt": "at night"})
        await here.until_shown("at night")
        (second, first) = await engine.jobs_of(here.person(here.ada))

    assert second.request.prompt == "at night"
    assert second.request.source == first.task


async def test_only_a_video_can_be_remixed(tmp_path: Path) -> None:
    async with discord_bot(tmp_path) as here, here.bot():
        message = await here.ada.send(here.channel, "look")
        asked = await here.ada.context_menu(here.channel, "Remix", message)

        assert await here.until_answered(asked)
        assert asked.ephemeral
        assert asked.modal is None


async def test_what_is_edited_stands_in_the_form_already(tmp_path: Path) -> None:
    async with discord_bot(tmp_path) as here, here.bot() as engine:
        await here.ada.slash(here.channel, "enhance", prompt="a cat", picture=True)
        shown = here.message(await here.until_shown("nothing is ordered yet"))
        form = await here.ada.click(shown, label="Edit")
        await here.server.until(lambda: form.modal)
        assert form.modal
        (words,) = [part["component"] for part in form.modal["components"]]
        await here.ada.submit_modal(form, {"prompt": f"{words['value']} in snow"})
        await here.until_shown("a cat in snow")
        await here.ada.click(shown, label="Use")
        job = await here.job(engine)

    assert job.request.prompt == "a cat in snow"
