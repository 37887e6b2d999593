"""How `/v1/videos/{id}` is asked for and changed, whichever protocol its task came from.

Source: docs/gateways.md, "openai_videos", "Remix".
"""

from dataclasses import replace
from functools import partial

from core.dialects._http import Creation
from core.dialects._json import Json
from core.dialects._poll import at
from core.dialects._polled import Looks, in_path
from core.dialects._tasks import Status, TaskReply, read_task
from core.media import RemoteAsset, TaskRef

VIDEOS = "/v1/videos"


def remix(prompt: str, source: TaskRef) -> Creation:
    """Ask for a change: nothing but the prompt; all else is as it was."""
    return Creation(path=f"{VIDEOS}/{in_path(source)}/remix", body={"prompt": prompt})


def content_of(root: str, task: TaskRef) -> str:
    """Where the gateway itself has what the task made."""
    return f"{root}{VIDEOS}/{in_path(task)}/content"


def read_video(body: Json, content: str) -> TaskReply:
    """Read an answer to a poll. Official ones name no link: `content` is where the video is."""
    reply = read_task(body)
    if reply.urls or reply.status is not Status.SUCCEEDED:
        return reply
    return replace(reply, urls=(content,))


def answer(reply: TaskReply, content: str) -> tuple[RemoteAsset, ...]:
    """What a task that has succeeded made; the gateway's own copy wants the key."""
    own = any(url.endswith("/content") for url in reply.urls)
    urls = dict.fromkeys((*reply.urls, content) if own else reply.urls)
    return (RemoteAsset(urls=tuple(urls), authorized=own),)


def look_at(root: str, task: TaskRef) -> Looks:
    """How such a task is looked at."""
    content = content_of(root, task)
    return Looks(
        ask=at(f"{VIDEOS}/{in_path(task)}"),
        read=partial(read_video, content=content),
        answer=partial(answer, content=content),
    )
