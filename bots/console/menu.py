"""The commands as a terminal offers them: completed with Tab."""

from collections.abc import Iterable

from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document

from core.catalog import Catalog
from core.commands import COMMANDS
from core.commands.offer import offered
from core.options.options import describe


class CommandCompleter(Completer):
    """Completes command names, and the words and flags of the command that is typed."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog

    def get_completions(
        self, document: Document, complete_event: CompleteEvent
    ) -> Iterable[Completion]:
        """See prompt_toolkit; yields what may stand where the cursor is."""
        del complete_event
        typed = document.text_before_cursor
        word = document.get_word_before_cursor(WORD=True)
        for candidate in candidates(typed, self._catalog):
            if candidate.startswith(word):
                yield Completion(candidate, start_position=-len(word))


def candidates(typed: str, catalog: Catalog) -> list[str]:
    """All words that could follow or complete what is typed."""
    name, space, _ = typed.removeprefix("/").partition(" ")
    if not space:
        shown = offered(catalog, COMMANDS.values(), for_admin=True)
        return [f"/{command.name}" for command in shown]
    command = COMMANDS.get(name)
    options = describe(command.options) if command else ()
    return [word for option in options for word in (*option.words, *option.flags)]
