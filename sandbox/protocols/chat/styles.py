"""How each family of gateways tells the story of a video over chat; DIALECTS lists them."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sandbox.protocols.chat.script import MODERATED, Beat, Part, Story, percents, spread

NINE_STEPS = (9.0, 18.0, 27.0, 36.0, 45.0, 54.0, 63.0, 72.0, 81.0, 90.2)
FOUR_STEPS = tuple(float(percent) for percent in range(4, 100, 4))
DOTS = 26
DONE = Beat(at=1.0, part=Part.DONE, raw=b"data: [DONE]\n\n")
STOP = Beat(at=1.0, part=Part.CLOSING, finish="stop", usage=True)
ROLE = Beat(at=0.0, part=Part.OPENING, role="assistant")


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """One family.

    Attributes:
        tell: the story with a good end.
        moderated: what stands in place of the link when the review says no.
        id_prefix: of the chunk ids.
        usage: prompt and completion tokens; nobody counts them.
        sora2api: chunks with nulls in them and an id that changes.
    """

    tell: Callable[[Story], Iterator[Beat]]
    moderated: tuple[Beat, ...]
    id_prefix: str = "chatcmpl-"
    usage: tuple[int, int] = (21, 289)
    sora2api: bool = False


def resume_lines(story: Story) -> str:
    """The links by which a task can be followed when the stream is lost."""
    return (
        "\n\n> 视频生成任务已创建\n"
        f"> 任务ID: `{story.order.task_id}`\n"
        "> 为了防止任务中断，可以从以下链接持续获取任务进度:\n"
        f"> [数据预览]({story.links.web}) | [原始数据]({story.links.source})\n"
    )


def preview_lines(story: Story) -> str:
    """A first result in low quality."""
    links = story.links
    return (
        f"> [📺 在线预览]({links.preview()}) | [⏬ 下载视频]({links.preview_download()})\n"
        "> 🔄 正在优化视频质量...\n"
    )


def d1(story: Story) -> Iterator[Beat]:
    """147ai, eronmind: dots, then two links for one video."""
    links = story.links
    yield ROLE
    yield Beat(at=0.0, part=Part.TASK, content=resume_lines(story))
    yield Beat(at=0.02, part=Part.PROGRESS, content="> 等待处理中")
    yield Beat(at=0.05, part=Part.PROGRESS, content=".")
    yield Beat(at=0.08, part=Part.PROGRESS, content="\n\n> 类型: 文字生成\n")
    yield Beat(at=0.1, part=Part.PROGRESS, content="> 🎬 开始生成视频")
    for at in spread(DOTS + 1, 0.12, 0.98):
        yield Beat(at=at, part=Part.PROGRESS, content=".")
    yield Beat(at=0.98, part=Part.PROGRESS, content="\n\n")
    yield Beat(at=1.0, part=Part.LINK, content="> 🎉 高质量视频已生成\n\n")
    markdown = f"[▶️ 在线观看]({links.watch()}) | [⏬ 下载视频]({links.download()})"
    yield Beat(at=1.0, part=Part.LINK, content=markdown)
    yield from (STOP, DONE)


def d2(story: Story) -> Iterator[Beat]:
    """The English twin of D1, which shows a preview first."""
    links = story.links
    header = (
        "\n\n> Video generation task created\n"
        f"> Task ID: `{story.order.task_id}`\n"
        f"> [Data Preview]({links.web}) | [Source Data]({links.source})\n"
    )
    preview = (
        "\n\n> Preview video generated\n"
        f"> [📺 Online Preview]({links.preview()}) | "
        f"[⏬ Download Video]({links.preview_download()})\n"
        "> 🔄 Optimizing video quality...\n"
    )
    yield ROLE
    yield Beat(at=0.0, part=Part.TASK, content=header)
    yield Beat(at=0.02, part=Part.PROGRESS, content="> Waiting for processing")
    yield Beat(at=0.05, part=Part.PROGRESS, content=".")
    if story.order.images:
        kind = "\n\n> Type: VEO3 start frame video generation"
        yield Beat(at=0.08, part=Part.PROGRESS, content=kind)
    yield Beat(at=0.1, part=Part.PROGRESS, content="\n\n> 🎬 Starting video generation")
    for at in spread(DOTS, 0.12, 0.85):
        yield Beat(at=at, part=Part.PROGRESS, content=".")
    yield Beat(at=0.85, part=Part.PROGRESS, content=preview)
    yield Beat(at=1.0, part=Part.LINK, content="> 🎉 High-quality video generated\n\n")
    markdown = f"[▶️ Watch Online]({links.watch()}) | [⏬ Download Video]({links.download()})"
    yield Beat(at=1.0, part=Part.LINK, content=markdown)
    yield from (STOP, DONE)


def d3(story: Story) -> Iterator[Beat]:
    """Apiyi and sora_video2: the prompt in a fence, percents, a link per video."""
    steps = FOUR_STEPS if story.order.model == "sandbox-stream" else NINE_STEPS
    yield from _d3_opening(story)
    for at, percent in percents(steps):
        yield Beat(at=at, part=Part.PROGRESS, content=f"> 🏃 进度：{percent}%\n\n")
    count = story.order.count
    for nth in range(1, count + 1):
        text = _d3_link(story, nth)
        yield Beat(at=1.0 - 0.01 * (count - nth), part=Part.LINK, content=text)
    yield from (STOP, DONE)


def _d3_opening(story: Story) -> Iterator[Beat]:
    width, height = story.order.size
    mode = "横屏模式" if width > height else "竖屏模式"
    echo = json.dumps({"prompt": story.order.prompt, "mode": mode}, ensure_ascii=False, indent=4)
    queued = "> ⌛️ 任务正在队列中，请耐心等待...\n\n"
    working = "> ⌛️ 视频正在生成中，请耐心等待...\n\n"
    yield ROLE
    yield Beat(at=0.0, part=Part.OPENING, content=f"```json\n{echo}\n```\n\n")
    yield Beat(at=0.01, part=Part.OPENING, content=queued)
    yield Beat(at=0.03, part=Part.OPENING, content=working)


def _d3_link(story: Story, nth: int) -> str:
    link = f"[点击这里]({story.links.watch(nth)}) 查看视频~~~\n\n"
    if story.order.model.startswith("sora_video2") and story.order.count == 1:
        return f"✅ 视频生成成功，{link}"
    return f"> ✅ 第{nth}个视频生成成功，{link}"


def d4(story: Story) -> Iterator[Beat]:
    """flow2api: everything but the video is thought, not said."""
    upload = ("", "上传首帧图片...\n", "上传首帧和尾帧图片...\n")[min(story.order.images, 2)]
    opening = ("✨ 视频生成任务已启动\n", "初始化生成环境...\n", upload)
    sent = ("提交视频生成任务...\n", "视频生成中...\n")
    yield ROLE
    for text in filter(None, (*opening, *sent)):
        yield Beat(at=0.0, part=Part.OPENING, reasoning=text)
    for at, percent in percents(NINE_STEPS):
        text = f"生成进度: {percent:.0f}%\n"
        yield Beat(at=at, part=Part.PROGRESS, reasoning=text)
    content = video_tag(story)
    yield Beat(at=1.0, part=Part.LINK, content=content, finish="stop")
    yield DONE


def d5(story: Story) -> Iterator[Beat]:
    """sora2api: thought as well, and it shouts STOP."""
    opening = "**Generation Process Begins**\n\n"
    yield ROLE
    yield Beat(at=0.0, part=Part.OPENING, reasoning=opening)
    yield from _d5_progress()
    yield Beat(at=1.0, part=Part.LINK, content=video_tag(story), finish="STOP")
    yield DONE


def d6(story: Story) -> Iterator[Beat]:
    """The forks of sora2api: a bare address at the end."""
    steps = ("📤 发布视频获取Post ID...\n", "🔗 解析无水印URL...\n", "☁️ 上传到Google Drive...\n")
    yield ROLE
    yield Beat(at=0.0, part=Part.OPENING, reasoning="🎬 开始生成视频...\n")
    yield from _d5_progress()
    for at, text in zip(spread(3, 0.92, 0.99), steps, strict=True):
        yield Beat(at=at, part=Part.PROGRESS, reasoning=text)
    yield Beat(at=1.0, part=Part.LINK, content=story.links.watch(), finish="STOP")
    yield DONE


def d7(story: Story) -> Iterator[Beat]:
    """gpt-4o-image: D3's fence, its own progress, a picture with the link to save it."""
    echo = json.dumps({"prompt": story.order.prompt, "ratio": "1:1", "n": 1}, ensure_ascii=False)
    yield ROLE
    yield Beat(at=0.0, part=Part.OPENING, content=f"```json\n{echo}\n```\n\n")
    yield Beat(at=0.01, part=Part.OPENING, content="> 排队中.\n\n")
    yield Beat(at=0.03, part=Part.OPENING, content="> 🎨 生成中...\n\n")
    for at, percent in percents(NINE_STEPS):
        yield Beat(at=at, part=Part.PROGRESS, content=f"> 进度 **{percent:.0f}%**\n\n")
    links, name = story.links, f"file_{story.order.id[:24]}"
    text = f"> 生成完成 ✅\n\n![{name}]({links.watch()})\n\n[下载⏬]({links.download()})\n\n"
    yield Beat(at=1.0, part=Part.LINK, content=text)
    yield from (STOP, DONE)


def _d5_progress() -> Iterator[Beat]:
    for at, percent in percents(NINE_STEPS):
        text = f"\n**Video Generation Progress**: {percent:.0f}% (processing)\n"
        yield Beat(at=at, part=Part.PROGRESS, reasoning=text)


def bench(story: Story) -> Iterator[Beat]:
    """No gateway: `#events=N` lines in even steps, each with the moment it was sent."""
    events = story.order.words.get("events") or 100
    yield ROLE
    for step in range(1, events + 1):
        at = step / (events + 1)
        text = f"> 🏃 进度：{100 * at:.2f}%\n\n"
        yield Beat(at=at, part=Part.PROGRESS, content=text, stamped=True)
    yield Beat(at=1.0, part=Part.LINK, content=_d3_link(story, 1), stamped=True)
    yield from (STOP, DONE)


def video_tag(story: Story) -> str:
    """The link as a piece of a web page."""
    return f"```html\n<video src='{story.links.watch()}' controls></video>\n```"


def _said(text: str) -> tuple[Beat, ...]:
    return (Beat(at=0.95, part=Part.LINK, content=text), STOP, DONE)


def _failed(reason: str) -> tuple[Beat, ...]:
    failed = Beat(at=0.95, part=Part.LINK, content=f"❌ 生成失败: {reason}", finish="STOP")
    return (failed, DONE)


def _thrown(reason: str) -> tuple[Beat, ...]:
    error = {"message": f"视频生成失败: {reason}", "type": "server_error"}
    error |= {"code": "generation_failed", "status_code": 502}
    thought = Beat(at=0.95, part=Part.LINK, reasoning=f"错误: {reason}\n")
    return (thought, Beat(at=0.95, part=Part.LINK, error=error), DONE)


DIALECTS: dict[str, Dialect] = {
    "d1": Dialect(tell=d1, moderated=_said(f"> {MODERATED}\n")),
    "d2": Dialect(tell=d2, moderated=_said(f"> {MODERATED}\n")),
    "d3": Dialect(
        tell=d3, moderated=_said(f"{MODERATED}\n\n"), id_prefix="foaicmpl-", usage=(16, 292)
    ),
    "d4": Dialect(tell=d4, moderated=_thrown("PUBLIC_ERROR_UNSAFE_GENERATION")),
    "d5": Dialect(tell=d5, moderated=_failed(MODERATED), sora2api=True),
    "d6": Dialect(tell=d6, moderated=_failed(MODERATED), sora2api=True),
    "d7": Dialect(
        tell=d7, moderated=_said(f"> 生成失败 ❌\n\n> {MODERATED}\n"), id_prefix="foaicmpl-"
    ),
    "bench": Dialect(tell=bench, moderated=_said(MODERATED)),
}
