"""How each family of gateways answers over chat; STYLES lists them."""

import json
from collections.abc import Iterator

from sandbox.orders.links import Links
from sandbox.protocols.chat.answer import (
    MODERATED,
    AnswerChunk,
    ChatStyle,
    Section,
    percents,
    spread,
)

NINE_STEPS = (9.0, 18.0, 27.0, 36.0, 45.0, 54.0, 63.0, 72.0, 81.0, 90.2)
FOUR_STEPS = tuple(float(percent) for percent in range(4, 100, 4))
DOTS = 26
DONE = AnswerChunk(at=1.0, section=Section.DONE, raw=b"data: [DONE]\n\n")
STOP = AnswerChunk(at=1.0, section=Section.CLOSING, finish="stop", usage=True)
ROLE = AnswerChunk(at=0.0, section=Section.OPENING, role="assistant")


def resume_lines(links: Links) -> str:
    """The links by which a task can be followed when the stream is lost."""
    return (
        "\n\n> 视频生成任务已创建\n"
        f"> 任务ID: `{links.order.task_id}`\n"
        "> 为了防止任务中断，可以从以下链接持续获取任务进度:\n"
        f"> [数据预览]({links.web}) | [原始数据]({links.source})\n"
    )


def preview_lines(links: Links) -> str:
    """A first result in low quality."""
    return (
        f"> [📺 在线预览]({links.preview()}) | [⏬ 下载视频]({links.preview_download()})\n"
        "> 🔄 正在优化视频质量...\n"
    )


def d1(links: Links) -> Iterator[AnswerChunk]:
    """147ai, eronmind: dots, then two links for one video."""
    yield ROLE
    yield AnswerChunk(at=0.0, section=Section.TASK, content=resume_lines(links))
    yield AnswerChunk(at=0.02, section=Section.PROGRESS, content="> 等待处理中")
    yield AnswerChunk(at=0.05, section=Section.PROGRESS, content=".")
    yield AnswerChunk(at=0.08, section=Section.PROGRESS, content="\n\n> 类型: 文字生成\n")
    yield AnswerChunk(at=0.1, section=Section.PROGRESS, content="> 🎬 开始生成视频")
    for at in spread(DOTS + 1, 0.12, 0.98):
        yield AnswerChunk(at=at, section=Section.PROGRESS, content=".")
    yield AnswerChunk(at=0.98, section=Section.PROGRESS, content="\n\n")
    yield AnswerChunk(at=1.0, section=Section.LINK, content="> 🎉 高质量视频已生成\n\n")
    markdown = f"[▶️ 在线观看]({links.watch()}) | [⏬ 下载视频]({links.download()})"
    yield AnswerChunk(at=1.0, section=Section.LINK, content=markdown)
    yield from (STOP, DONE)


def d2(links: Links) -> Iterator[AnswerChunk]:
    """The English twin of D1, which shows a preview first."""
    header = (
        "\n\n> Video generation task created\n"
        f"> Task ID: `{links.order.task_id}`\n"
        f"> [Data Preview]({links.web}) | [Source Data]({links.source})\n"
    )
    preview = (
        "\n\n> Preview video generated\n"
        f"> [📺 Online Preview]({links.preview()}) | "
        f"[⏬ Download Video]({links.preview_download()})\n"
        "> 🔄 Optimizing video quality...\n"
    )
    yield ROLE
    yield AnswerChunk(at=0.0, section=Section.TASK, content=header)
    yield AnswerChunk(at=0.02, section=Section.PROGRESS, content="> Waiting for processing")
    yield AnswerChunk(at=0.05, section=Section.PROGRESS, content=".")
    if links.order.images:
        kind = "\n\n> Type: VEO3 start frame video generation"
        yield AnswerChunk(at=0.08, section=Section.PROGRESS, content=kind)
    yield AnswerChunk(
        at=0.1, section=Section.PROGRESS, content="\n\n> 🎬 Starting video generation"
    )
    for at in spread(DOTS, 0.12, 0.85):
        yield AnswerChunk(at=at, section=Section.PROGRESS, content=".")
    yield AnswerChunk(at=0.85, section=Section.PROGRESS, content=preview)
    yield AnswerChunk(
        at=1.0, section=Section.LINK, content="> 🎉 High-quality video generated\n\n"
    )
    markdown = f"[▶️ Watch Online]({links.watch()}) | [⏬ Download Video]({links.download()})"
    yield AnswerChunk(at=1.0, section=Section.LINK, content=markdown)
    yield from (STOP, DONE)


def d3(links: Links) -> Iterator[AnswerChunk]:
    """Apiyi and sora_video2: the prompt in a fence, percents, a link per video."""
    steps = FOUR_STEPS if links.order.model == "sandbox-stream" else NINE_STEPS
    yield from _d3_opening(links)
    for at, percent in percents(steps):
        yield AnswerChunk(at=at, section=Section.PROGRESS, content=f"> 🏃 进度：{percent}%\n\n")
    count = links.order.count
    for nth in range(1, count + 1):
        text = _d3_link(links, nth)
        yield AnswerChunk(at=1.0 - 0.01 * (count - nth), section=Section.LINK, content=text)
    yield from (STOP, DONE)


def _d3_opening(links: Links) -> Iterator[AnswerChunk]:
    width, height = links.order.size
    mode = "横屏模式" if width > height else "竖屏模式"
    echo = json.dumps({"prompt": links.order.prompt, "mode": mode}, ensure_ascii=False, indent=4)
    queued = "> ⌛️ 任务正在队列中，请耐心等待...\n\n"
    working = "> ⌛️ 视频正在生成中，请耐心等待...\n\n"
    yield ROLE
    yield AnswerChunk(at=0.0, section=Section.OPENING, content=f"```json\n{echo}\n```\n\n")
    yield AnswerChunk(at=0.01, section=Section.OPENING, content=queued)
    yield AnswerChunk(at=0.03, section=Section.OPENING, content=working)


def _d3_link(links: Links, nth: int) -> str:
    link = f"[点击这里]({links.watch(nth)}) 查看视频~~~\n\n"
    if links.order.model.startswith("sora_video2") and links.order.count == 1:
        return f"✅ 视频生成成功，{link}"
    return f"> ✅ 第{nth}个视频生成成功，{link}"


def d4(links: Links) -> Iterator[AnswerChunk]:
    """flow2api: everything but the video is thought, not said."""
    upload = ("", "上传首帧图片...\n", "上传首帧和尾帧图片...\n")[min(links.order.images, 2)]
    opening = ("✨ 视频生成任务已启动\n", "初始化生成环境...\n", upload)
    sent = ("提交视频生成任务...\n", "视频生成中...\n")
    yield ROLE
    for text in filter(None, (*opening, *sent)):
        yield AnswerChunk(at=0.0, section=Section.OPENING, reasoning=text)
    for at, percent in percents(NINE_STEPS):
        text = f"生成进度: {percent:.0f}%\n"
        yield AnswerChunk(at=at, section=Section.PROGRESS, reasoning=text)
    content = video_tag(links)
    yield AnswerChunk(at=1.0, section=Section.LINK, content=content, finish="stop")
    yield DONE


def d5(links: Links) -> Iterator[AnswerChunk]:
    """sora2api: thought as well, and it shouts STOP."""
    opening = "**Generation Process Begins**\n\n"
    yield ROLE
    yield AnswerChunk(at=0.0, section=Section.OPENING, reasoning=opening)
    yield from _d5_progress()
    yield AnswerChunk(at=1.0, section=Section.LINK, content=video_tag(links), finish="STOP")
    yield DONE


def d6(links: Links) -> Iterator[AnswerChunk]:
    """The forks of sora2api: a bare address at the end."""
    steps = ("📤 发布视频获取Post ID...\n", "🔗 解析无水印URL...\n", "☁️ 上传到Google Drive...\n")
    yield ROLE
    yield AnswerChunk(at=0.0, section=Section.OPENING, reasoning="🎬 开始生成视频...\n")
    yield from _d5_progress()
    for at, text in zip(spread(3, 0.92, 0.99), steps, strict=True):
        yield AnswerChunk(at=at, section=Section.PROGRESS, reasoning=text)
    yield AnswerChunk(at=1.0, section=Section.LINK, content=links.watch(), finish="STOP")
    yield DONE


def d7(links: Links) -> Iterator[AnswerChunk]:
    """gpt-4o-image: D3's fence, its own progress, a picture with the link to save it."""
    echo = json.dumps({"prompt": links.order.prompt, "ratio": "1:1", "n": 1}, ensure_ascii=False)
    yield ROLE
    yield AnswerChunk(at=0.0, section=Section.OPENING, content=f"```json\n{echo}\n```\n\n")
    yield AnswerChunk(at=0.01, section=Section.OPENING, content="> 排队中.\n\n")
    yield AnswerChunk(at=0.03, section=Section.OPENING, content="> 🎨 生成中...\n\n")
    for at, percent in percents(NINE_STEPS):
        yield AnswerChunk(
            at=at, section=Section.PROGRESS, content=f"> 进度 **{percent:.0f}%**\n\n"
        )
    name = f"file_{links.order.id[:24]}"
    text = f"> 生成完成 ✅\n\n![{name}]({links.watch()})\n\n[下载⏬]({links.download()})\n\n"
    yield AnswerChunk(at=1.0, section=Section.LINK, content=text)
    yield from (STOP, DONE)


def _d5_progress() -> Iterator[AnswerChunk]:
    for at, percent in percents(NINE_STEPS):
        text = f"\n**Video Generation Progress**: {percent:.0f}% (processing)\n"
        yield AnswerChunk(at=at, section=Section.PROGRESS, reasoning=text)


def bench(links: Links) -> Iterator[AnswerChunk]:
    """No gateway: `#events=N` lines in even steps, each with the moment it was sent."""
    events = links.order.words.get("events") or 100
    yield ROLE
    for step in range(1, events + 1):
        at = step / (events + 1)
        text = f"> 🏃 进度：{100 * at:.2f}%\n\n"
        yield AnswerChunk(at=at, section=Section.PROGRESS, content=text, stamped=True)
    yield AnswerChunk(at=1.0, section=Section.LINK, content=_d3_link(links, 1), stamped=True)
    yield from (STOP, DONE)


def video_tag(links: Links) -> str:
    """The link as a piece of a web page."""
    return f"```html\n<video src='{links.watch()}' controls></video>\n```"


def _said(text: str) -> tuple[AnswerChunk, ...]:
    return (AnswerChunk(at=0.95, section=Section.LINK, content=text), STOP, DONE)


def _failed(reason: str) -> tuple[AnswerChunk, ...]:
    failed = AnswerChunk(
        at=0.95, section=Section.LINK, content=f"❌ 生成失败: {reason}", finish="STOP"
    )
    return (failed, DONE)


def _thrown(reason: str) -> tuple[AnswerChunk, ...]:
    error = {"message": f"视频生成失败: {reason}", "type": "server_error"}
    error |= {"code": "generation_failed", "status_code": 502}
    thought = AnswerChunk(at=0.95, section=Section.LINK, reasoning=f"错误: {reason}\n")
    return (thought, AnswerChunk(at=0.95, section=Section.LINK, error=error), DONE)


STYLES: dict[str, ChatStyle] = {
    "d1": ChatStyle(chunks=d1, moderated=_said(f"> {MODERATED}\n")),
    "d2": ChatStyle(chunks=d2, moderated=_said(f"> {MODERATED}\n")),
    "d3": ChatStyle(
        chunks=d3, moderated=_said(f"{MODERATED}\n\n"), id_prefix="foaicmpl-", usage=(16, 292)
    ),
    "d4": ChatStyle(chunks=d4, moderated=_thrown("PUBLIC_ERROR_UNSAFE_GENERATION")),
    "d5": ChatStyle(chunks=d5, moderated=_failed(MODERATED), sora2api=True),
    "d6": ChatStyle(chunks=d6, moderated=_failed(MODERATED), sora2api=True),
    "d7": ChatStyle(
        chunks=d7, moderated=_said(f"> 生成失败 ❌\n\n> {MODERATED}\n"), id_prefix="foaicmpl-"
    ),
    "bench": ChatStyle(chunks=bench, moderated=_said(MODERATED)),
}
