"""Which models can do something, right now, and which of them is asked."""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from difflib import get_close_matches
from functools import partial
from typing import TypeVar, overload

from core.catalog.ability import Ability, can
from core.catalog.chat import ChatAbility, ChatModel, can_chat
from core.catalog.cooldown import Cooldown
from core.catalog.joint_refusals import refuse_all
from core.catalog.listed import Listed
from core.catalog.load import CatalogData
from core.catalog.model import Model
from core.catalog.refusals import refusals
from core.catalog.served import Served, State
from core.catalog.speech import SpeechModel
from core.errors import UserError, did_you_mean
from core.media import MediaRequest

_STATES = tuple(State)
_FIRST_AND_LAST = 2
_Any = TypeVar("_Any", bound=Served)


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalog:
    """All models, and which gateways have what they need.

    Attributes:
        ready_gateways: names of the gateways that have a key.
        order: names of gateways that the operator prefers, before any price.
        cooldown: models that are gone, and tried only where nothing else is left.
        listed: what the gateways list for our keys, as far as they were asked.
        today: tells the day by which announced ends are judged.
    """

    data: CatalogData
    ready_gateways: frozenset[str]
    order: tuple[str, ...] = ()
    cooldown: Cooldown = field(default_factory=Cooldown)
    listed: Listed = field(default_factory=Listed)
    today: Callable[[], date] = lambda: datetime.now(UTC).date()

    @property
    def models(self) -> tuple[Model, ...]:
        return self.data.models

    @property
    def ready(self) -> tuple[Model, ...]:
        """All models that can be asked, also those that have to be named."""
        return tuple(model for model in self.models if self.is_ready(model))

    @property
    def chosen(self) -> tuple[Model, ...]:
        """The models that are asked without being named."""
        return tuple(model for model in self.ready if model.is_current)

    @property
    def chats(self) -> tuple[ChatModel, ...]:
        """All models that answer questions."""
        return self.data.chats

    @property
    def ready_chats(self) -> tuple[ChatModel, ...]:
        """The chat models that can be asked, also those that have to be named."""
        return tuple(chat for chat in self.chats if self.is_ready(chat))

    @property
    def listeners(self) -> tuple[SpeechModel, ...]:
        """What turns speech into words right now, the best known first, of equals the cheapest."""
        ready = [each for each in self.data.speeches if self.is_ready(each) and each.is_current]
        return tuple(sorted(ready, key=self._rank_speech))

    def _rank_speech(self, model: SpeechModel) -> tuple[int, int, int, float]:
        state = _STATES.index(model.state)
        return self.doubts(model), self._place(model), state, model.minute_credits

    def is_ready(self, model: Served) -> bool:
        return model.enabled and model.gateway in self.ready_gateways

    def has_ended(self, model: Served) -> bool:
        """Whether the day has come that was announced as its end."""
        return model.has_ended(self.today())

    def missing_key(self, model: Served) -> str:
        """The variable that would make the model ready; empty when its gateway has a key."""
        if model.gateway in self.ready_gateways:
            return ""
        return self.data.gateways[model.gateway].variable

    def get(self, key: str) -> Model | None:
        """The model of that full key ("gateway/name"), if the catalog still has it."""
        return next((model for model in self.models if model.key == key), None)

    @overload
    def able(self, ability: Ability, *names: str) -> tuple[Model, ...]: ...
    @overload
    def able(self, ability: ChatAbility, *names: str) -> tuple[ChatModel, ...]: ...
    @overload
    def able(
        self, ability: Ability | ChatAbility, *names: str
    ) -> tuple[Model, ...] | tuple[ChatModel, ...]: ...
    def able(
        self, ability: Ability | ChatAbility, *names: str
    ) -> tuple[Model, ...] | tuple[ChatModel, ...]:
        """The models that can do this right now; those that may be gone come last.

        A retired model counts only for somebody who has named it.
        """
        if isinstance(ability, ChatAbility):
            return self._counted([m for m in self.ready_chats if can_chat(m, ability)], names)
        return self._counted([m for m in self.ready if can(m, ability)], names)

    def makers(self, ability: Ability | ChatAbility | None) -> tuple[Model, ...]:
        """The media models that can do this; all of them, where it asks nothing of those."""
        return self.able(ability) if isinstance(ability, Ability) else self.chosen

    def _counted(self, found: Sequence[_Any], names: Sequence[str]) -> tuple[_Any, ...]:
        counted = (m for m in found if m.is_current or any(map(m.is_called, names)))
        return tuple(sorted(counted, key=self.doubts))

    def doubts(self, model: Served) -> int:
        """How doubtful it is that it can be had: what was refused just now comes last."""
        if model.key in self.cooldown:
            return 2
        return int(self.has_ended(model) or self.listed.lacks(model))

    def knows(self, ability: Ability | ChatAbility) -> bool:
        """Whether any model could do this, if only when named."""
        return any(map(self.is_ready, self._talented(ability)))

    def lacks(self, ability: Ability | ChatAbility) -> UserError:
        """Say why no model can do this: none is ready at all, or none that can."""
        hints = self._for_admins([m for m in self._talented(ability) if m.enabled])
        if not any(model.is_current for model in (*self.ready, *self.ready_chats)):
            return UserError("no-model-ready", for_admins=(UserError("hint-set-key"), *hints))
        return UserError("no-model-for", ability=ability.value, for_admins=hints)

    def _talented(self, ability: Ability | ChatAbility) -> Sequence[Served]:
        if isinstance(ability, ChatAbility):
            return [chat for chat in self.chats if can_chat(chat, ability)]
        return [model for model in self.models if can(model, ability)]

    def route_chat(self, needs: Collection[ChatAbility], name: str = "") -> tuple[ChatModel, ...]:
        """The chat model to ask, then those that can take its place if it cannot be had.

        Of equals the best known one comes first, then the cheapest.

        Raises:
            UserError: saying which ability none has, or what is wrong with the name.
        """
        candidates = self.named_chat(name) if name else list(self.able(ChatAbility.CHAT))
        able = [model for model in candidates if all(can_chat(model, each) for each in needs)]
        if not able:
            raise self._unanswerable(candidates, needs, name)
        return tuple(sorted(able, key=self._rank_chat))

    def _rank_chat(self, model: ChatModel) -> tuple[int, int, int, float]:
        price = model.input_credits + model.output_credits
        return self.doubts(model), self._place(model), _STATES.index(model.state), price

    def _unanswerable(
        self, candidates: Sequence[ChatModel], needs: Collection[ChatAbility], name: str
    ) -> UserError:
        for ability in ChatAbility:
            if ability in needs and not any(can_chat(each, ability) for each in candidates):
                able = self.able(ability)
                if not name or not able:
                    return self.lacks(ability)
                others = ", ".join(dict.fromkeys(each.name for each in able))
                hint = UserError("hint-could", models=others)
                return UserError("chat-cannot", hints=(hint,), model=name, ability=ability.value)
        return UserError("chat-cannot-together")

    def choose(self, request: MediaRequest) -> Model:
        """Pick the best ready model that can do what was asked: of equals, the cheapest.

        Raises:
            UserError: saying what is wrong and which model could.
        """
        return self.route(request)[0]

    def route(self, request: MediaRequest) -> tuple[Model, ...]:
        """The model to ask, then those that can do exactly the same if it cannot be had.

        Raises:
            UserError: as `choose`.
        """
        candidates = self._candidates(request)
        able = [model for model in candidates if not refusals(model, request)]
        if not able:
            raise self._refused(candidates, request)
        rank = partial(self._rank, request)
        able.sort(key=rank)
        wanted = able[0].complete(request)
        rivals = [*able[1:], *sorted(self._kin(able[0], request), key=rank)]
        return able[0], *(model for model in rivals if not refusals(model, wanted))

    def can(self, request: MediaRequest) -> bool:
        """Whether `choose` finds a model."""
        try:
            self.choose(request)
        except UserError:
            return False
        return True

    def named(self, name: str) -> list[Model]:
        """The ready models of that name or full key.

        Raises:
            UserError: there is none; saying why.
        """
        return self._named(self.models, name)

    def named_chat(self, name: str) -> list[ChatModel]:
        """The ready chat models of that name or full key.

        Raises:
            UserError: there is none; saying why.
        """
        return self._named(self.chats, name)

    def _named(self, among: Sequence[_Any], name: str) -> list[_Any]:
        models = [model for model in among if model.is_called(name)]
        if not models:
            raise self._unknown(among, name)
        if not any(model.enabled for model in models):
            raise UserError("model-off", model=models[0].name)
        ready = [model for model in models if self.is_ready(model)]
        if not ready:
            hint = UserError("hint-needs-key", variable=self.missing_key(models[0]))
            raise UserError("model-needs-key", model=models[0].name, for_admins=(hint,))
        return ready

    def _unknown(self, among: Sequence[Served], name: str) -> UserError:
        names = sorted({each.name for each in among if self.is_ready(each) and each.is_current})
        if not names:
            return UserError("no-model-ready", for_admins=(UserError("hint-set-key"),))
        allowed = ", ".join(names)
        if any(other.is_called(name) for other in (*self.models, *self.chats)):
            return UserError("model-of-other-sort", given=name[:80], allowed=allowed)
        near = get_close_matches(name.casefold(), names, n=1)
        return UserError(
            "model-unknown", hints=did_you_mean(near), given=name[:80], allowed=allowed
        )

    def _candidates(self, request: MediaRequest) -> Sequence[Model]:
        if request.model:
            return self.named(request.model)
        ability = Ability(request.kind)
        models = self.able(ability)
        if not models:
            raise self.lacks(ability)
        return models

    def _kin(self, model: Model, request: MediaRequest) -> Iterator[Model]:
        """The same model under other names, for users who named a model but no gateway."""
        if request.model and "/" not in request.model and model.family:
            for other in self.chosen:
                if other.family == model.family and other.name != model.name:
                    yield other

    def _rank(self, request: MediaRequest, model: Model) -> tuple[int, bool, int, int, int]:
        # Two pictures mean first and last frame, so a model that has those roles comes first.
        lacks_frames = len(request.images) == _FIRST_AND_LAST and not model.images.takes_frames
        credits_ = model.credits_for(model.complete(request))
        state = _STATES.index(model.state)
        return self.doubts(model), lacks_frames, self._place(model), credits_, state

    def _place(self, model: Served) -> int:
        """How much its gateway is preferred; 0 comes first."""
        known = model.gateway in self.order
        return self.order.index(model.gateway) if known else len(self.order)

    def _refused(self, candidates: Sequence[Model], request: MediaRequest) -> UserError:
        """Why none of them can do it: by its name if one was named, else what all allow."""
        able = [m for m in self.models if m.enabled and not refusals(m, request)]
        if not request.model:
            error = refuse_all(candidates, request)
            return error.with_hints(for_admins=self._for_admins(able))
        error = min((refusals(model, request) for model in candidates), key=len)[0]
        others = dict.fromkeys(m.name for m in able if self.is_ready(m) and m.is_current)
        if others:
            return error.with_hints(UserError("hint-could", models=", ".join(others)))
        return error.with_hints(for_admins=self._for_admins(able))

    def _for_admins(self, able: Sequence[Served]) -> tuple[UserError, ...]:
        """How these could still be had: by naming a retired one, or with another key."""
        retired = dict.fromkeys(model.name for model in able if self.is_ready(model))
        if retired:
            return (UserError("hint-could-retired", models=", ".join(retired)),)
        for model in sorted(able, key=lambda model: _STATES.index(model.state)):
            key = self.missing_key(model)
            return (UserError("hint-could-with-key", model=model.name, variable=key),)
        return ()
