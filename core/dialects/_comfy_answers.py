"""Reads what a ComfyUI server says about a job. All pure.

Source: docs/gateways.md, "What comfyui answers".
"""

from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from urllib.parse import urlencode

from core.dialects._faults import fault_of
from core.dialects._json import Json, dig, each, items, mapping, text
from core.dialects._tasks import Status, TaskReply, status_of
from core.errors import Fault, JobError
from core.media import MediaKind, TaskRef

_SUFFIXES: Mapping[MediaKind, frozenset[str]] = {
    MediaKind.VIDEO: frozenset({".mp4", ".webm", ".mov", ".mkv", ".m4v", ".avi"}),
    MediaKind.IMAGE: frozenset({".png", ".jpg", ".jpeg", ".webp"}),
}

# The status with which the server would refuse, if the workflow had no other output.
_FIRST_ERROR = 400


class OutputLeftOutError(JobError):
    """The job runs, but without the node whose files are wanted."""

    def __init__(self, fault: Fault, task: TaskRef) -> None:
        super().__init__(fault)
        self.task = task


def read_creation(body: Json, output: str) -> str:
    """The id in the answer to a creation; "" when there is none.

    Raises:
        OutputLeftOutError: nothing that it makes is for us.
    """
    found, wrong = text(body.get("prompt_id")), mapping(body.get("node_errors"))
    left_out = {text(node) for node in each(wrong, "*.dependent_outputs.*")}
    if output in wrong or output in left_out:
        fault = fault_of({"node_errors": wrong}, _FIRST_ERROR)
        raise OutputLeftOutError(fault, TaskRef(id=found))
    return found


def place_in_queue(queue: Json, task_id: str) -> int | None:
    """How many are before it, 0 while it runs; None where it is not in the queue at all."""
    if task_id in _ids(queue.get("queue_running")):
        return 0
    waiting = sorted(items(queue.get("queue_pending")), key=_number)
    ids = list(_ids(waiting))
    return ids.index(task_id) + 1 if task_id in ids else None


def _ids(entries: object) -> list[str]:
    return [text(dig(entry, "1")) for entry in items(entries)]


def _number(entry: object) -> float:
    number = dig(entry, "0")
    return number if isinstance(number, int | float) else 0


def read_job(body: Json, links: "OutputLinks", fraction: float | None = None) -> TaskReply:
    """Read a job, or its entry in the history, where there is none of the former.

    `fraction` is how far it is, as far as anybody knows.
    """
    ended = body.get("execution_status") or body.get("status")
    events = {
        text(dig(event, "0")): mapping(dig(event, "1")) for event in each(ended, "messages.*")
    }
    error = mapping(body.get("execution_error")) or events.get("execution_error", {})
    status = _status(body)
    # Who was stopped ends as an error, too.
    if status is Status.FAILED and "execution_interrupted" in events and not error:
        status = Status.CANCELLED
    if status is Status.SUCCEEDED:
        return TaskReply(status=status, urls=tuple(links.of(mapping(body.get("outputs")))))
    if status is Status.RUNNING:
        return TaskReply(status=status, fraction=fraction)
    if status is Status.QUEUED:
        place = body.get("place")
        return TaskReply(status=status, ahead=place if isinstance(place, int) else None)
    return TaskReply(status=status, reason=_reason(error) if status is Status.FAILED else "")


def _status(body: Json) -> Status:
    said = body.get("status")
    if "outputs" in body and not isinstance(said, str):
        # An entry of the history: it has ended, and old builds say no more of it.
        word = text(mapping(said).get("status_str")) or "success"
        return status_of(word)
    return status_of(said)


def _reason(error: Json) -> str:
    told = (error.get("node_type"), error.get("exception_message") or error.get("exception_type"))
    return ": ".join(said for part in told if (said := text(part).strip()))


class OutputLinks:
    """Where the files of a job are.

    Args:
        root: the server's.
        output: the id of the node whose files are wanted.
    """

    def __init__(self, root: str, output: str, kind: MediaKind) -> None:
        self._root = root
        self._output = output
        self._suffixes = _SUFFIXES[kind]

    def of(self, outputs: Json) -> list[str]:
        """Those of the wanted node, else those of all others; kept ones before passing ones."""
        wanted = {self._output: outputs.get(self._output)}
        files = list(self._files(wanted)) or list(self._files(outputs))
        kept = [file for file in files if file.get("type") == "output"]
        return [self._link(file) for file in kept or files]

    def _files(self, outputs: Json) -> Iterator[Json]:
        # Videos stand under "images", too: only the name tells what a file is.
        for file in map(mapping, each(outputs, "*.*.*")):
            if PurePosixPath(text(file.get("filename"))).suffix.casefold() in self._suffixes:
                yield file

    def _link(self, file: Json) -> str:
        asked = {
            "filename": text(file.get("filename")),
            "subfolder": text(file.get("subfolder")),
            "type": text(file.get("type")) or "output",
        }
        return f"{self._root}/view?{urlencode(asked)}"
