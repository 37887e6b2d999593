"""The gallery in a real browser: in by a link, look, find, play, delete, make again, share."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest
from PIL import Image, ImageFilter
from playwright.async_api import Browser, BrowserContext, Page, Response, ViewportSize

from core.commands.dispatch import dispatch
from core.i18n import Locale
from core.invocation import Invocation
from core.jobs import Job, JobState
from core.platform import ConversationRef, User
from core.shares import MOST_SHARES
from sandbox.options import SandboxOptions
from sandbox.server import serve
from tests.bots.web.test_browser import LANGUAGES, SCHEMES, WIDTHS
from tests.fakes.browser import barriers, noted_troubles
from tests.fakes.engine_harness import EngineHarness
from tests.fakes.memory_platform import NAME
from tests.fakes.movies import make_film
from tests.fakes.page_lab import PageLab, page_lab

pytestmark = pytest.mark.browser

ANN = User(platform=NAME, id="ann")
HOME = ConversationRef(platform=NAME, chat="ann")
GROUP = ConversationRef(platform=NAME, chat="1", thread="7")
NOON = 1_790_000_000.0
_OVERFLOWS = "() => document.documentElement.scrollWidth > document.documentElement.clientWidth"
_JUMPED = """() => new Promise(found => {
  let sum = 0
  const seen = list => { for (const each of list.getEntries()) sum += each.value; }
  new PerformanceObserver(seen).observe({ type: "layout-shift", buffered: true })
  requestAnimationFrame(() => requestAnimationFrame(() => found(sum)))
})"""
_SIDES = """async () => {
  const all = [...document.images]
  await Promise.all(all.map(each => { each.loading = "eager"; return each.decode() }))
  const lefts = all.map(each => each.getBoundingClientRect().left)
  return [...all.map(each => each.naturalWidth), Math.max(...lefts) - Math.min(...lefts)]
}"""
# Where the first and the last letter of some words begin.
ENDS = """(element, words) => {
  const texts = document.createTreeWalker(element, NodeFilter.SHOW_TEXT)
  while (texts.nextNode() && words && !texts.currentNode.data.includes(words)) {}
  const text = texts.currentNode, start = words ? text.data.indexOf(words) : 0
  const length = words ? words.length : text.length
  return [start, start + length - 1].map((at) => {
    const range = document.createRange()
    range.setStart(text, at)
    range.setEnd(text, at + 1)
    return range.getBoundingClientRect().left
  })
}"""
_PLAYED = "() => document.querySelector('video').currentTime > 0.3"


def gradient(size: tuple[int, int], *colours: str) -> Image.Image:
    """Something that is nice to look at, and no large file."""
    picture, height = Image.new("RGB", size), size[1] // len(colours) + 1
    for number, colour in enumerate(colours):
        picture.paste(colour, (0, number * height, size[0], (number + 1) * height))
    return picture.filter(ImageFilter.GaussianBlur(height // 3))


def made(folder: Path, name: str, size: tuple[int, int], *colours: str) -> Path:
    still = gradient(size, *colours)
    return make_film(
        folder / name,
        width=size[0],
        height=size[1],
        seconds=2.0,
        paint=lambda second: still.rotate(12 * second),
    )


@pytest.fixture(scope="module")
def films(tmp_path_factory: pytest.TempPathFactory) -> Sequence[Path]:
    """Two videos and two pictures."""
    folder = tmp_path_factory.mktemp("films")
    pictures = [folder / "3.png", folder / "4.png"]
    gradient((600, 600), "#22577a", "#57cc99", "#c7f9cc").save(pictures[0])
    gradient((500, 750), "#f4978e", "#ffdab9", "#fbc4ab").save(pictures[1])
    return (
        made(folder, "1.mp4", (480, 270), "#0b2545", "#f6aa1c", "#bc3908"),
        made(folder, "2.mp4", (270, 480), "#10002b", "#7b2cbf", "#e0aaff"),
        *pictures,
    )


@pytest.fixture
async def lab(tmp_path: Path) -> AsyncIterator[PageLab]:
    options = SandboxOptions(state_dir=tmp_path / "sandbox", speed=200, short_side=96, fps=8)
    async with serve(options) as root:
        harness = EngineHarness(folder=tmp_path, root=root)
        async with page_lab(harness, at_home=True) as lab:
            yield lab


async def result(
    lab: PageLab,
    *films: Path,
    prompt: str = "a cat surfing at sunset, seen from a drone",
    days: float = 0.0,
    **options: bool,
) -> Job:
    job = lab.harness.job(prompt)
    request = replace(job.request, **options)  # pyright: ignore[reportArgumentType]
    at = NOON - days * 86_400
    job = replace(job, created_at=at, conversation=GROUP, request=request)
    return await lab.finished(*films, of=job, private=request.private)


async def some(lab: PageLab, films: Sequence[Path]) -> None:
    """What somebody may have made in a week."""
    wide, tall, square, portrait = films
    await result(lab, wide)
    await result(
        lab, tall, days=0.2, prompt="rain on neon signs, slow pan\n霓虹灯上的雨，缓慢摇镜"
    )
    await result(lab, square, portrait, days=1, prompt="four studies of glass, soft light")
    await result(lab, wide, days=2, prompt="the ending of the film", spoiler=True)
    await result(lab, wide, days=3, prompt="a birthday surprise for Ben", private=True)
    long = "A slow dolly through an abandoned greenhouse at dawn. " * 12
    shared = await result(lab, tall, days=4, prompt=long)
    await lab.shared(shared)
    gone = await result(lab, wide, days=12, prompt="an older one, whose file is gone")
    gone.assets[0].path.unlink()


async def link(lab: PageLab) -> str:
    """What the bot says when Ann asks for her gallery."""
    asked = Invocation(command="gallery", text="", user=ANN, conversation=HOME, is_alone=True)
    answer = await dispatch(lab.engine, asked, Locale.EN)
    assert answer.view
    return next(word for word in answer.view.text.split() if word.startswith(lab.root))


async def entered(lab: PageLab, context: BrowserContext) -> Page:
    """Ann's gallery."""
    page = await context.new_page()
    await page.goto(await link(lab))
    await page.get_by_role("button").click()
    await page.wait_for_url("**/gallery/")
    return page


async def test_the_link_opens_once_and_the_video_plays(
    lab: PageLab, chromium: Browser, films: Sequence[Path], shots: Path
) -> None:
    await result(lab, films[0])
    page = await chromium.new_page()
    address = await link(lab)
    troubles = noted_troubles(page)
    await page.goto(address)
    await page.get_by_role("button", name="Open").click()
    await page.wait_for_url("**/gallery/")
    await page.evaluate("() => document.querySelector('video').play()")
    await page.wait_for_function(_PLAYED)
    await page.screenshot(path=shots / "gallery-playing.png")
    stranger = await chromium.new_page()
    await stranger.goto(address)
    said = await stranger.get_by_text("does not work any more").is_visible()
    opens = await stranger.get_by_role("button", name="Open").count()
    await stranger.goto(f"{lab.root}/gallery/")

    assert said
    assert not opens
    assert await stranger.get_by_text("You are not signed in").is_visible()
    assert [trouble for trouble in troubles if "favicon" not in trouble] == []


async def test_without_scripts_it_finds_deletes_and_shares(
    lab: PageLab, chromium: Browser, films: Sequence[Path], shots: Path
) -> None:
    await some(lab, films)
    context = await chromium.new_context(java_script_enabled=False)
    page = await entered(lab, context)
    cards = page.get_by_role("article")
    assert await cards.count() == 7
    await page.get_by_label("Words in the prompt").fill("GLASS")
    await page.get_by_label("Kind").select_option("Pictures")
    await page.get_by_role("button", name="Show").click()
    await page.wait_for_url("**/gallery/?*")
    assert await cards.count() == 1
    await page.screenshot(path=shots / "gallery-found.png", full_page=True)
    found = page.url
    await page.get_by_role("button", name="Share link").click()
    assert page.url == found
    shared = await page.get_by_role("status").get_by_role("link").get_attribute("href")
    await page.screenshot(path=shots / "gallery-shared.png", full_page=True)
    visitor = await chromium.new_page()
    await visitor.goto(shared or "")
    assert await visitor.get_by_role("img").count() == 2
    await page.get_by_text("Delete", exact=True).click()
    await page.screenshot(path=shots / "gallery-sure.png", full_page=True)
    await page.get_by_role("button", name="Delete for good").click()
    await page.get_by_text("Deleted, with its files and its links").wait_for()
    await page.get_by_role("link", name="Show all").click()
    await visitor.reload()

    assert await cards.count() == 6
    assert await page.get_by_text("studies of glass").count() == 0
    assert await visitor.get_by_text("has taken it back").is_visible()


async def test_what_is_made_again_comes_to_its_chat_and_the_page_says_so(
    lab: PageLab, chromium: Browser, films: Sequence[Path], shots: Path
) -> None:
    job = await result(lab, films[0], prompt="a cat")
    page = await entered(lab, await chromium.new_context())
    await page.get_by_role("button", name="Make again").dblclick()
    await page.get_by_text("Ordered. It comes to the chat").wait_for()
    await page.screenshot(path=shots / "gallery-ordered.png", full_page=True)
    await lab.engine.idle()
    jobs = await lab.engine.jobs_of(ANN)
    (posted,) = lab.harness.chat.of("deliver")
    await page.reload()

    assert [(each.state, each.conversation) for each in jobs if each.id != job.id] == [
        (JobState.DONE, GROUP)
    ]
    assert posted.message.conversation == GROUP
    assert await page.get_by_role("article").count() == 2


@pytest.mark.parametrize("scheme", SCHEMES)
async def test_everybody_can_read_what_has_come_of_a_form(
    lab: PageLab, chromium: Browser, films: Sequence[Path], shots: Path, scheme: str
) -> None:
    job = await result(lab, films[0])
    viewport: ViewportSize = {"width": 390, "height": 844}
    context = await chromium.new_context(
        color_scheme="dark" if scheme == "dark" else "light", viewport=viewport
    )
    page = await entered(lab, context)
    told = page.get_by_role("status")
    for looks in ("done", "refused"):
        await page.get_by_role("button", name="Share link").click()
        await told.wait_for()
        marks = await told.get_attribute("class")
        found, overflow = await barriers(page), await page.evaluate(_OVERFLOWS)
        await page.screenshot(path=shots / f"gallery-told-{looks}-{scheme}.png")
        # The next one is one too many.
        for _ in range(MOST_SHARES - 1 if looks == "done" else 0):
            await lab.shared(job)
        await page.reload()

        assert (found, overflow) == ([], False)
        assert marks == ("answer" if looks == "done" else "answer refused")


async def test_the_keyboard_is_enough(
    lab: PageLab, chromium: Browser, films: Sequence[Path]
) -> None:
    await result(lab, films[0], spoiler=True)
    page = await entered(lab, await chromium.new_context())
    seen = list[str]()
    for _ in range(30):
        await page.keyboard.press("Tab")
        said: str = await page.evaluate(
            "() => { const at = document.activeElement;"
            " return at.getAttribute('name') || at.innerText || at.tagName }"
        )
        seen.append(said.strip())
        if said.startswith("Covered"):
            await page.keyboard.press("Enter")
        if said == "Delete":
            await page.keyboard.press("Enter")
        if said == "Delete for good":
            await page.keyboard.press("Enter")
            break
    await page.get_by_text("Deleted, with its files").wait_for()

    wanted = ["words", "kind", "model", "Show", "Covered. Show it", "VIDEO", "Save"]
    wanted += ["Make again", "Share link", "Delete", "Delete for good"]
    assert [each for each in seen if each in wanted] == [
        each for each in wanted for _ in range(seen.count(each))
    ]
    assert set(wanted) <= set(seen)


async def test_each_line_begins_where_its_language_does_and_turns_no_other_around(
    lab: PageLab, chromium: Browser, films: Sequence[Path]
) -> None:
    # The sign at the end has all that follows be written from the right.
    arabic = "قطة سوداء"
    job = await result(lab, films[0], prompt=f"a cat\n{arabic}\n" + "a dog \u202e" * 99)
    page = await entered(lab, await chromium.new_context())
    first, last = await page.get_by_text("Read all").evaluate(ENDS)
    await page.goto(f"{lab.root}/gallery/result?of={job.id}")
    begins, _ = await page.locator("p.prompt").evaluate(ENDS, arabic)
    box = await page.locator("p.prompt").bounding_box()

    assert first < last
    assert box
    assert begins > box["x"] + box["width"] - 30


async def test_everybody_can_use_it(
    lab: PageLab, chromium: Browser, films: Sequence[Path], shots: Path
) -> None:
    await some(lab, films)
    for (name, width), scheme, language in product(WIDTHS, SCHEMES, LANGUAGES):
        looks = f"gallery-{name}-{scheme}-{language}"
        viewport: ViewportSize = {"width": width, "height": 800}
        context = await chromium.new_context(
            color_scheme=scheme, viewport=viewport, locale=language
        )
        page = await entered(lab, context)
        found = await barriers(page)
        overflow: bool = await page.evaluate(_OVERFLOWS)
        weight = len((await page.content()).encode())
        await page.screenshot(path=shots / f"{looks}.png", full_page=True)
        await context.close()

        assert (found, overflow, weight < 150_000) == ([], False, True), looks
    page = await entered(lab, await chromium.new_context())
    await page.goto(f"{lab.root}/gallery/?words=nothing")
    assert await barriers(page) == []
    await page.screenshot(path=shots / "gallery-none.png")


async def test_a_page_of_large_pictures_is_light_and_leads_to_each_of_them(
    lab: PageLab, chromium: Browser, tmp_path: Path, shots: Path
) -> None:
    large = tmp_path / "large.png"
    Image.effect_noise((1920, 1080), 60).convert("RGB").save(large)
    for number in range(6):
        await result(lab, large, large, prompt=f"noise {number}", days=number)
    page = await entered(lab, await chromium.new_context(viewport={"width": 390, "height": 844}))
    await lab.engine.idle()
    fetched = list[Response]()
    page.on("response", lambda each: fetched.append(each))  # noqa: PLW0108 - playwright marks what it is given
    await page.reload(wait_until="networkidle")
    pictures = [each for each in fetched if "/files/" in each.url]
    sizes = [len(await each.body()) for each in pictures]
    jumped: float = await page.evaluate(_JUMPED)
    await page.screenshot(path=shots / "gallery-large.png")
    await page.get_by_role("article").first.get_by_role("link").first.click()
    await page.wait_for_url("**/result?of=*")
    whole: list[float] = await page.evaluate(_SIDES)
    found, overflow = await barriers(page), await page.evaluate(_OVERFLOWS)
    await page.screenshot(path=shots / "gallery-alone.png", full_page=True)

    assert sizes
    assert all(each.url.endswith("-small.webp") for each in pictures)
    assert max(sizes) < 150_000
    assert jumped == 0
    # One below the other, at full size.
    assert whole == [1920, 1920, 0]
    assert (found, overflow) == ([], False)
