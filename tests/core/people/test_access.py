"""Who may use the bot: decided by the operator, by admins in chat, and by nobody else."""

from dataclasses import replace
from itertools import product

import pytest

from core.people.access import Policy, decide
from core.platform import ConversationRef, User

ANN = User(platform="telegram", id="1")
BOSS = User(platform="telegram", id="7")
GROUP = ConversationRef(platform="telegram", chat="-100", thread="3")
OPEN = Policy(admins=frozenset({"telegram:7"}))
CLOSED = Policy(admins=frozenset({"telegram:7"}), allowed_chats=frozenset({"telegram:-200"}))
LISTED = Policy(allowed_chats=frozenset({"telegram:-100"}))


def test_without_any_setting_everyone_may() -> None:
    assert decide(Policy(), ANN, GROUP, {})


def test_with_chats_set_only_these_may_with_all_their_threads() -> None:
    assert decide(LISTED, ANN, GROUP, {})
    assert not decide(CLOSED, ANN, GROUP, {})


def test_the_same_number_on_another_platform_is_somebody_else() -> None:
    elsewhere = ConversationRef(platform="discord", chat="-100")
    namesake = User(platform="discord", id="7")

    assert not decide(LISTED, ANN, elsewhere, {})
    assert not decide(CLOSED, namesake, elsewhere, {})


@pytest.mark.parametrize(("policy", "denied"), list(product((OPEN, CLOSED), (ANN, BOSS))))
def test_admins_may_whatever_was_decided(policy: Policy, denied: User) -> None:
    rules = {denied.party: False, GROUP.party: False}

    assert decide(policy, BOSS, GROUP, rules)


@pytest.mark.parametrize("policy", [OPEN, CLOSED, LISTED])
@pytest.mark.parametrize(
    ("user", "chat", "may"),
    [
        (True, None, True),
        (None, True, True),
        (False, None, False),
        (None, False, False),
        (False, True, False),
        (True, False, False),
        (True, True, True),
    ],
)
def test_what_was_decided_in_chat_beats_the_environment_and_a_denial_wins(
    policy: Policy, *, user: bool | None, chat: bool | None, may: bool
) -> None:
    decided = {ANN.party: user, GROUP.party: chat}
    rules = {party: allowed for party, allowed in decided.items() if allowed is not None}

    assert decide(policy, ANN, GROUP, rules) is may


def test_who_sits_at_the_operators_own_terminal_always_may() -> None:
    policy = replace(CLOSED, terminals=frozenset({"desk"}))
    user = User(platform="desk", id="local")
    here = ConversationRef(platform="desk", chat="1")

    assert decide(policy, user, here, {user.party: False})
    assert not decide(CLOSED, user, here, {})


def test_a_chat_with_the_number_of_an_admin_is_no_admin() -> None:
    private = ConversationRef(platform="telegram", chat="7")

    assert OPEN.is_admin(BOSS.party)
    assert not OPEN.is_admin(private.party)
