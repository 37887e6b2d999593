"""The menus that a message has at Discord, and the command behind each."""

from collections.abc import Mapping

from core.i18n import Locale, translate

ANIMATE, REMIX = "menu-animate", "menu-remix"
# The key of the menu's name, and the command that has to be there for it.
MENUS: Mapping[str, str] = {ANIMATE: "video", REMIX: "remix"}


def menu_named(name: str) -> str:
    """The key of a menu that was opened; Discord always tells its English name."""
    return next((key for key in MENUS if translate(Locale.EN, key) == name), "")
