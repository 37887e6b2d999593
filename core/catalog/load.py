"""Reads catalog files: the presets beside this module, then the operator's own over them."""

from collections.abc import Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar, cast, get_args

from pydantic import ValidationError

from core.catalog.chat import ChatModel
from core.catalog.gateway import Gateway, Group
from core.catalog.model import Model
from core.catalog.served import Served, Table
from core.catalog.speech import SpeechModel
from core.catalog.toml_file import Entry, read_toml
from core.catalog.workflows import DIALECT, read_pair, workflow_maps
from core.errors import CatalogError
from core.validation import objections

PRESETS = tuple(sorted(Path(__file__).parent.glob("*.toml")))

_KINDS = ("gateway", "model", "chat", "speech")
# There is one protocol for it.
_SPEECH_DIALECTS = ("transcriptions",)
_GROUPS = frozenset(get_args(Group))
T = TypeVar("T", bound=Table)


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogData:
    """All gateways by name, and all models in the order of the files.

    Attributes:
        models: those that make pictures and videos; chats: those that answer; speeches: those that
            turn speech into words.
    """

    gateways: Mapping[str, Gateway]
    models: tuple[Model, ...]
    chats: tuple[ChatModel, ...] = ()
    speeches: tuple[SpeechModel, ...] = ()

    @property
    def served(self) -> tuple[Model | ChatModel | SpeechModel, ...]:
        """All models, whatever they make."""
        return (*self.models, *self.chats, *self.speeches)


@dataclass(slots=True)
class _Stanza:
    place: str
    entry: Entry


def load(
    files: Iterable[Path],
    dialects: Sequence[str],
    chat_dialects: Sequence[str] | None = None,
    workflows: Path | None = None,
) -> CatalogData:
    """Read `files` over the presets.

    A table that names a gateway or model that is already there changes only the fields it has.
    With None, whatever protocol a chat model names is taken. `workflows` is a folder whose files
    are models, too.

    Raises:
        CatalogError: a line for each mistake, naming file, table and field.
    """
    wrong: list[str] = []
    stanzas: dict[tuple[str, ...], _Stanza] = {}
    for file in (*PRESETS, *files):
        with _noting(wrong):
            _lay_over(stanzas, file)
    if workflows:
        with _noting(wrong):
            for map_ in workflow_maps(workflows):
                with _noting(wrong):
                    _lay_beside(stanzas, map_, wrong)
    gateways: dict[str, Gateway] = {}
    for (kind, name, *_), stanza in stanzas.items():
        if kind == "gateway":
            with _noting(wrong):
                gateways[name] = _validate(Gateway, stanza)
    known = [
        (kind, stanza)
        for (kind, gateway, *_), stanza in stanzas.items()
        # Of a gateway that is wrong itself, its models would only say so again.
        if kind != "gateway" and (gateway in gateways or ("gateway", gateway) not in stanzas)
    ]
    models: list[Model] = []
    chats: list[ChatModel] = []
    speeches: list[SpeechModel] = []
    for kind, stanza in known:
        with _noting(wrong):
            if kind == "model":
                model = _validate(Model, _for_group(stanza, gateways))
                _check_names(model, stanza.place, gateways, dialects)
                _check_workflow(model, stanza.place)
                models.append(model)
            elif kind == "chat":
                chat = _validate(ChatModel, stanza)
                _check_names(chat, stanza.place, gateways, chat_dialects)
                chats.append(chat)
            else:
                speech = _validate(SpeechModel, stanza)
                _check_names(speech, stanza.place, gateways, _SPEECH_DIALECTS)
                speeches.append(speech)
    if wrong:
        raise CatalogError("\n".join(wrong))
    return CatalogData(
        gateways=gateways,
        models=tuple(models),
        chats=tuple(chats),
        speeches=tuple(speeches),
    )


@contextmanager
def _noting(wrong: list[str]) -> Generator[None]:
    """Go on behind a mistake, so that all are told at once."""
    try:
        yield
    except CatalogError as error:
        wrong.append(str(error))


def _lay_over(stanzas: dict[tuple[str, ...], _Stanza], file: Path) -> None:
    for kind, number, entry in _tables(file):
        place = f"{file}: [[{kind}]] {number}"
        identity = _identity(kind, entry, place)
        known = stanzas.get(identity)
        merged = {**known.entry, **entry} if known else entry
        stanzas[identity] = _Stanza(f"{place} ({'/'.join(identity[1:])})", merged)


def _lay_beside(stanzas: dict[tuple[str, ...], _Stanza], file: Path, wrong: list[str]) -> None:
    pair = read_pair(file)
    wrong += pair.wrong
    identity = _identity("model", pair.entry, f"{file}")
    if known := stanzas.get(identity):
        raise CatalogError(f"{file}: field name: {known.place} has that name already")
    stanzas[identity] = _Stanza(f"{file}", pair.entry)


def _tables(file: Path) -> Iterable[tuple[str, int, Entry]]:
    for kind, entries in read_toml(file).items():
        if kind not in _KINDS:
            raise CatalogError(
                f"{file}: [{kind}] is unknown; use [[gateway]], [[model]], [[chat]] or [[speech]]"
            )
        if not isinstance(entries, list) or not all(
            isinstance(entry, dict) for entry in cast("list[object]", entries)
        ):
            raise CatalogError(
                f"{file}: write [[{kind}]] with two brackets, since there can be several"
            )
        for number, entry in enumerate(cast("list[Entry]", entries), 1):
            yield kind, number, entry


def _identity(kind: str, entry: Entry, place: str) -> tuple[str, ...]:
    fields = ("name",) if kind == "gateway" else ("gateway", "name")
    for field in fields:
        if not isinstance(entry.get(field), str):
            raise CatalogError(f"{place}: field {field}: is missing or not text")
    return (kind, *(str(entry[field]) for field in fields))


def _validate(schema: type[T], stanza: _Stanza) -> T:
    try:
        return schema.model_validate(stanza.entry)
    except ValidationError as error:
        lines = (
            f"{stanza.place}: field {field or '(whole table)'}: {wrong}"
            for field, wrong in objections(error)
        )
        raise CatalogError("\n".join(lines)) from error


def _for_group(stanza: _Stanza, gateways: Mapping[str, Gateway]) -> _Stanza:
    """Choose the lengths that are sold to the group that the gateway's key is of."""
    gateway, lengths = gateways.get(str(stanza.entry["gateway"])), stanza.entry.get("seconds")
    if gateway is None or not isinstance(lengths, dict) or not lengths.keys() <= _GROUPS:
        return stanza
    chosen = cast("Entry", lengths).get(gateway.group)
    if chosen is None:
        missing = f"no lengths for {gateway.group}, the group of this gateway's key"
        raise CatalogError(f"{stanza.place}: field seconds: {missing}")
    return _Stanza(stanza.place, {**stanza.entry, "seconds": chosen})


def _check_names(
    model: Served, place: str, gateways: Mapping[str, Gateway], dialects: Sequence[str] | None
) -> None:
    if model.gateway not in gateways:
        known = ", ".join(gateways)
        raise CatalogError(f"{place}: field gateway: there is no such gateway; available: {known}")
    if dialects is not None and model.dialect not in dialects:
        known = ", ".join(dialects)
        raise CatalogError(f"{place}: field dialect: there is no such dialect; available: {known}")


def _check_workflow(model: Model, place: str) -> None:
    if (model.dialect == DIALECT) != (model.workflow is not None):
        raise CatalogError(
            f"{place}: field workflow: models of {DIALECT} are files in COMFYUI_WORKFLOWS"
        )
