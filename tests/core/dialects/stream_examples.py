"""Streams of D1 to D6, built from their phrases: docs/gateways.md, "Families of stories"."""

from dataclasses import dataclass

from tests.core.dialects.http_answers import STOP, frame, told

ID = "veo3-pro:03bd6356-8ec6-4e06-be7f-c06febc5eb47"
SOURCE = f"https://asyncdata.net/source/{ID}"
CDN = "https://filesystem.site/cdn"
X = "2hO6Q2oDZtT5I2sZd1lmyGUjmXntfT.mp4"


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamExample:
    """A stream and what is to be understood of it."""

    name: str
    body: str
    urls: tuple[tuple[str, ...], ...]
    fractions: tuple[float, ...] = ()
    queued: bool = False
    task: str = ""
    count: int = 1


ECHO = '```json\n{\n    "prompt": "画只猪在天上飞",\n    "mode": "竖屏模式"\n}\n```\n\n'
HEADER_ZH = (
    f"\n\n> 视频生成任务已创建\n> 任务ID: `{ID}`\n"
    "> 为了防止任务中断，可以从以下链接持续获取任务进度:\n"
    f"> [数据预览](https://asyncdata.net/web/{ID}) | [原始数据]({SOURCE})\n"
)
HEADER_EN = (
    f"> Video generation task created\n> Task ID: `{ID}`\n"
    f"> [Data Preview](https://asyncdata.net/web/{ID}) | [Source Data]({SOURCE})\n"
)

D1 = StreamExample(
    name="D1 asyncdata-zh, shape 1",
    body=told(
        HEADER_ZH,
        "> 等待处理中",
        *".....",
        "\n\n> 类型: 文字生成\n> 🎬 开始生成视频",
        *"..........",
        "\n\n> 🎉 高质量视频已生成\n\n",
        f"[▶️ 在线观看]({CDN}/20250822/{X}) | [⏬ 下载视频]({CDN}/download/20250822/{X})",
    )
    + STOP,
    urls=((f"{CDN}/20250822/{X}", f"{CDN}/download/20250822/{X}"),),
    queued=True,
    task=SOURCE,
)
D1_DOTS = StreamExample(
    name="D1 asyncdata-zh, dots and shape 4",
    body=told(
        HEADER_ZH.replace("任务ID", "ID"),
        "> 排队中......\n",
        ">🏃 进度 42",
        "..",
        "54",
        "..",
        "67..",
        "75..81..\n",
        "> 生成完成 ✅\n",
        f"![{CDN}/D/T.webp]({CDN}/D/T.webp)\n[在线播放▶️]({CDN}/D/V.mp4)\n",
        '<p align="center"><small>© 2025 <a href="https://www.dmxapi.cn/about">DMXAPI</a></small>',
    )
    + STOP,
    urls=((f"{CDN}/D/V.mp4",),),
    fractions=(0.42, 0.42, 0.54, 0.67, 0.81),
    queued=True,
    task=SOURCE,
)
D2 = StreamExample(
    name="D2 asyncdata-en, preview first",
    body=told(
        HEADER_EN,
        "> Waiting for processing\n",
        "> Type: VEO3 start frame video generation\n> 🎬 Starting video generation....",
        *"....",
        "\n> 🎉 Preview video generated\n"
        f"> [📺 Online Preview]({CDN}/D/low.mp4) | "
        f"[⏬ Download Video]({CDN}/download/D/low.mp4)\n",
        "> 🔄 Optimizing video quality...\n",
        "> 🎉 High-quality video generated\n"
        f"[▶️ Watch Online]({CDN}/D/hi.mp4) | [⏬ Download Video]({CDN}/download/D/hi.mp4)\n",
    )
    + STOP,
    urls=((f"{CDN}/D/hi.mp4", f"{CDN}/download/D/hi.mp4"),),
    queued=True,
    task=SOURCE,
)
FLOW = "https://veo-video.gptkey.asia/assets/flow"
D3 = StreamExample(
    name="D3 foai, shape 2, three of four",
    body=frame({"role": "assistant"})
    + told(
        ECHO,
        "> ⌛️ 任务正在队列中，请耐心等待...\n\n",
        "> ⌛️ 视频正在生成中，请耐心等待...\n\n",
        "> 🏃 进度：9.0%\n\n",
        "> 🏃 进度：18.0%\n\n",
        "> 🏃 进度：90.2%\n\n",
        f"> ✅ 第1个视频生成成功，[点击这里]({FLOW}/a.mp4) 查看视频~~~\n\n",
        "> 第2个视频生成失败\n\n",
        f"> ✅ 第3个视频生成成功，[点击这里]({FLOW}/c.mp4) 查看视频~~~\n\n",
        f"> ✅ 第4个视频生成成功，[点击这里]({FLOW}/d.mp4) 查看视频~~~\n\n",
    )
    + STOP,
    urls=((f"{FLOW}/a.mp4",), (f"{FLOW}/c.mp4",), (f"{FLOW}/d.mp4",)),
    fractions=(0.09, 0.18, 0.902),
    queued=True,
    count=4,
)
OSS = "https://midjourney-plus.oss-us-west-1.aliyuncs.com/sora"
D3_SORA = StreamExample(
    name="D3 foai, shape 3",
    body=told(
        ECHO,
        "> 🏃 进度：36.0%\n\n",
        f"✅ 视频生成成功，[点击这里]({OSS}/e43f892b.mp4) 查看视频~~~\n\n",
    )
    + STOP,
    urls=((f"{OSS}/e43f892b.mp4",),),
    fractions=(0.36,),
)
D4 = StreamExample(
    name="D4 flow2api, shape 5",
    body=told(
        "<video src='https://host/tmp/a.mp4' controls></video>",
        reasoning=(
            "✨ 视频生成任务已启动\n",
            "初始化生成环境...\n",
            "上传首帧和尾帧图片...\n",
            "提交视频生成任务...\n",
            "视频生成中...\n",
            "生成进度: 12%\n",
            "生成进度: 64%\n",
            "⚠️ 缓存失败: timeout 正在返回源链接...\n",
        ),
    )
    + STOP,
    urls=(("https://host/tmp/a.mp4",),),
    fractions=(0.12, 0.64),
)
D5 = StreamExample(
    name="D5 sora2api, shape 5 in a fence",
    body=told(
        "```html\n<video src='https://oscdn2.dyysy.com/MP4/s_1.mp4?a=1&amp;b=2' controls>"
        "</video>\n```",
        reasoning=(
            "**Generation Process Begins**\n\n",
            "**Video Generation Progress**: 40% (processing)\n",
            "**生成失败，正在重试**\n\n第 1 次重试（共 3 次）...\n\n失败原因：timeout\n\n",
            "Generation in progress: 60% completed (estimated)...\n",
        ),
    )
    + frame({}, "STOP")
    + "data: [DONE]\n\n",
    urls=(("https://oscdn2.dyysy.com/MP4/s_1.mp4?a=1&b=2",),),
    fractions=(0.4, 0.6),
)
D6 = StreamExample(
    name="D6 forks, shape 6",
    body=told(
        "https://videos.example/out/final.mp4",
        reasoning=(
            "🎬 开始生成视频...\n",
            "📤 发布视频获取Post ID...\n",
            "🔗 解析无水印URL...\n",
            "**Video Generation Progress**: 99% (processing)\n",
        ),
    )
    + STOP,
    urls=(("https://videos.example/out/final.mp4",),),
    fractions=(0.99,),
)

ALL = (D1, D1_DOTS, D2, D3, D3_SORA, D4, D5, D6)
