"""An order of Ann's, as it is stored before anything is done."""

from core.jobs import Job
from core.media import MediaRequest
from core.platform import ConversationRef, User

JOB = Job(
    id="1",
    user=User(platform="chat", id="ann"),
    locale="en",
    conversation=ConversationRef(platform="chat", chat="1"),
    model="sandbox/sandbox-video",
    request=MediaRequest(prompt="a cat"),
    credits=50,
    created_at=1.0,
)
