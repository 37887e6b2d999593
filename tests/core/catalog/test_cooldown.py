"""What is set aside here, elsewhere, and by whom."""

from core.catalog.cooldown import Aside, Cooldown


def test_what_others_do_not_know_yet_outlasts_what_they_know() -> None:
    told: list[str] = []
    cooldown = Cooldown(tell=told.append)
    cooldown.put("a/new")
    cooldown.learn({"b/theirs": Aside(seconds=60.0, by="chat:eve")})
    both = [key in cooldown for key in ("a/new", "b/theirs")]
    cooldown.told("a/new")
    cooldown.learn({})

    assert told == ["a/new"]
    assert both == [True, True]
    assert [key in cooldown for key in ("a/new", "b/theirs")] == [False, False]


def test_the_longer_one_counts_but_an_admin_has_the_last_word() -> None:
    cooldown = Cooldown(seconds=600.0)
    cooldown.decide("a/x", Aside(seconds=6000.0, by="chat:eve"))
    cooldown.put("a/x")
    long = cooldown.get("a/x")
    cooldown.decide("a/x", Aside(seconds=30.0, by="chat:eve"))
    short = cooldown.minutes_left("a/x")
    cooldown.put("a/x")

    assert long
    assert (long.by, short) == ("chat:eve", 1)
    assert cooldown.get("a/x") is not None
    assert cooldown.minutes_left("a/x") == 10
    cooldown.decide("a/x", None)
    assert cooldown.minutes_left("a/x") == 0


def test_what_an_admin_has_decided_since_is_not_told_any_more() -> None:
    cooldown = Cooldown(tell=lambda _: None)
    for key in ("a/new", "a/back", "a/longer"):
        cooldown.put(key)
    cooldown.decide("a/back", None)
    cooldown.decide("a/longer", Aside(seconds=6000.0, by="chat:eve"))

    assert [key for key in ("a/new", "a/back", "a/longer") if cooldown.is_untold(key)] == ["a/new"]
