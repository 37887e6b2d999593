"""What an admin does, for stores that write it down."""

from core.people.audit import Act
from core.platform import Party

ROOT = Party(platform="chat", kind="user", id="root")
ACT = Act(
    by=ROOT,
    at=1.0,
    command="deny",
    about="user chat:1",
    what="now",
    place=Party(platform="chat", kind="chat", id="5"),
)
