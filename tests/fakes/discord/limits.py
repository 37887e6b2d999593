"""What Discord refuses and simcord does not: floods, old edits, large files, dead tokens."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from simcord.backend import errors
from simcord.backend.errors import BackendError
from simcord.backend.models import Interaction

from tests.fakes.discord.wire import DiscordCall, Json, interaction_of
from tests.fakes.discord.world import DiscordWorld

OLD_SECONDS = 3600
FOLLOW_UPS = 5


class FloodError(BackendError):
    """A 429, which says how long to wait."""

    def __init__(
        self,
        code: int,
        message: str,
        retry_after: float,
        *,
        everywhere: bool = False,
    ) -> None:
        super().__init__(429, code, message)
        self.more: Json = {"retry_after": retry_after, "global": everywhere}
        # Without "Via" the client takes a 429 for a ban by Cloudflare
        self.headers = {"Via": "1.1 google", "Retry-After": f"{retry_after:.0f}"}

    def to_json(self) -> Json:
        return super().to_json() | self.more


@dataclass(frozen=True, slots=True)
class DiscordPace:
    """At most so many writes to one channel in any so many seconds."""

    writes: int = 5
    seconds: float = 5.0


FOLLOWED_UP = DiscordPace(writes=30, seconds=60.0)
"""What all follow-ups to one channel share, beside the bucket that each interaction has."""


class DiscordPacer:
    """Counts the writes in windows that begin with a first one, as Discord's buckets do."""

    def __init__(self) -> None:
        self._windows: dict[str, tuple[float, int]] = {}

    def count(self, call: DiscordCall, pace: DiscordPace, now: float) -> dict[str, str]:
        """Give the headers that tell how many are left; refuse what is too much."""
        return self._count(*bucket_of(call), "user", pace, now)

    def count_follow_up(self, channel: int, now: float) -> None:
        """Refuse what is too much for the channel; no header tells before how much is left."""
        self._count("follow-up", f"follow-up/{channel}", "shared", FOLLOWED_UP, now)

    def _count(
        self, name: str, place: str, scope: str, pace: DiscordPace, now: float
    ) -> dict[str, str]:
        start, used = self._windows.get(place, (now, 0))
        if now >= start + pace.seconds:
            start, used = now, 0
        reset_after = start + pace.seconds - now
        headers = {
            "X-RateLimit-Limit": str(pace.writes),
            "X-RateLimit-Remaining": str(max(0, pace.writes - used - 1)),
            "X-RateLimit-Reset-After": f"{reset_after:.3f}",
            "X-RateLimit-Bucket": name,
        }
        if used >= pace.writes:
            refusal = FloodError(0, "You are being rate limited.", reset_after)
            refusal.headers |= headers | {"X-RateLimit-Scope": scope}
            raise refusal
        self._windows[place] = start, used + 1
        return headers


def bucket_of(call: DiscordCall) -> tuple[str, str]:
    """The kind of write that counts, and where; empty for what does not count."""
    match call.method, call.parts:
        case ("POST", ["channels", channel, "messages"]):
            return "channel", channel
        case ("PATCH", ["channels", channel, "messages", _]):
            return "channel", channel
        case ("POST", ["webhooks", _, token]) | (
            "PATCH",
            ["webhooks", _, token, "messages", _],
        ):
            return "webhook", token
        case _:
            return "", ""


def check(world: DiscordWorld, call: DiscordCall, old_edit_seconds: float) -> None:
    """Refuse what Discord would refuse before it looks at the message."""
    match call.parts:
        case ["channels", channel, *_]:
            _check_channel(world, call, int(channel))
        case ["guilds", guild, *_] if int(guild) in world.outside:
            raise errors.missing_access()
        case _:
            pass
    if call.method == "PATCH" and bucket_of(call)[0] == "channel":
        _check_age(world, call, old_edit_seconds)
    if record := interaction_of(call, world.backend):
        _check_interaction(world, call, record)


def _check_channel(world: DiscordWorld, call: DiscordCall, channel_id: int) -> None:
    if world.is_outside(channel_id):
        raise errors.missing_access()
    if call.files:
        guild_id = world.backend.get_channel(channel_id).guild_id
        bot = world.backend.bot_user
        world.backend.require_permissions(guild_id, bot.id, channel_id, "attach_files")
        _check_files(call, world.upload_bytes(channel_id))


def _check_age(world: DiscordWorld, call: DiscordCall, retry_after: float) -> None:
    message = world.backend.get_message(int(call.parts[1]), int(call.parts[3]))
    written_at = datetime.fromisoformat(message.timestamp)
    if (world.now() - written_at).total_seconds() > OLD_SECONDS:
        text = "Maximum number of edits to messages older than 1 hour reached. Try again later"
        raise FloodError(30046, text, retry_after)


def _check_interaction(world: DiscordWorld, call: DiscordCall, record: Interaction) -> None:
    _check_files(call, world.upload_bytes(record.channel_id, record.user_id))
    if call.parts[0] != "webhooks":
        return
    if not record.responded:
        raise BackendError(404, 10015, "Unknown Webhook")
    if record.expires_at and world.backend.now_iso() >= record.expires_at:
        raise BackendError(401, 50027, "Invalid Webhook Token")
    is_follow_up = call.method == "POST" and not record.loading
    is_full = len(record.followup_ids) >= FOLLOW_UPS
    if is_follow_up and is_full and world.is_outside(record.channel_id):
        raise BackendError(400, 40094, "Maximum number of follow-up messages reached")


def _check_files(call: DiscordCall, most_bytes: int) -> None:
    if any(file.size_bytes > most_bytes for file in call.files):
        raise BackendError(413, 40005, "Request entity too large")


def nonce_of(call: DiscordCall) -> tuple[str, str] | None:
    """What makes a post the same as another one; None unless the client insists on that."""
    body: Mapping[str, object] = call.body
    match call.method, call.parts:
        case ("POST", ["channels", channel, "messages"]) if body.get("enforce_nonce") and body.get(
            "nonce"
        ):
            return channel, str(body["nonce"])
        case _:
            return None
