"""Drafts the stanza of a model from what its host publishes about its input. All pure.

It says what it has understood and what not; prices are published nowhere, so they are not drafted.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from bots.cli.published import EndpointPage, JsonSchema
from bots.cli.stanzas import RESOLUTIONS, as_toml, check_stanza, our_word
from core.errors import CatalogError

# Which of a model's own names mean one of our options; the first that it has is taken.
_NAMES: Mapping[str, tuple[str, ...]] = {
    "prompt": ("prompt",),
    "ratio": ("aspect_ratio", "ratio"),
    "seconds": ("duration", "duration_seconds", "seconds"),
    "frames": ("num_frames",),
    "resolution": ("resolution",),
    "seed": ("seed",),
    "sound": ("generate_audio", "enable_audio", "audio"),
    "count": ("num_images", "num_videos"),
    "first_frame": ("image_url", "start_image_url", "first_frame_url", "first_image_url"),
    "last_frame": ("end_image_url", "last_frame_url", "last_image_url", "tail_image_url"),
    "references": ("image_urls", "reference_image_urls"),
}
_ROLES = ("first_frame", "last_frame", "references")
_SIZE = "image_size"
_SHAPES = ("16:9", "9:16", "1:1", "4:3", "3:4")
_NAME = re.compile(r"[\w.-]{1,80}")
_RATIO = re.compile(r"\d{1,2}:\d{1,2}")
_LENGTH = re.compile(r"(\d{1,3})(s?)")
_MOST_PICTURES = 30
_MOST_RESULTS = 16
_FPS = ("frames_per_second", "fps")


@dataclass(slots=True)
class _Draft:
    """The lines of a stanza, its fields, and what the operator has to know."""

    lines: list[str] = field(default_factory=list[str])
    fields: dict[str, Mapping[str, object]] = field(
        default_factory=dict[str, Mapping[str, object]]
    )
    notes: list[str] = field(default_factory=list[str])

    def put(self, option: str, name: str, **form: object) -> None:
        self.fields[option] = {"name": name, **form}

    def say(self, name: str, value: object) -> None:
        self.lines.append(f"{name} = {as_toml(value)}")


def draft(page: EndpointPage) -> str:
    """The stanza as TOML, with comments.

    Raises:
        CatalogError: the endpoint takes no prompt, or nothing that a catalog could say.
    """
    found = {
        option: name
        for option, names in _NAMES.items()
        for name in [next((each for each in names if each in page.given.properties), "")]
        if name
    }
    if "prompt" not in found:
        raise CatalogError(f"{page.endpoint}: takes no prompt, so nothing can be ordered of it")
    if "references" in found and "first_frame" in found:
        del found["references"]  # frames are what most people want; one list of roles is one way
    is_picture = not {"video", "videos"} & page.made.properties.keys() and bool(
        {"image", "images"} & page.made.properties.keys()
    )
    stanza = _Draft()
    stanza.say("gateway", "fal")
    stanza.say("name", "-".join(page.endpoint.split("/")[1:]))
    stanza.say("wire", page.endpoint)
    stanza.say("dialect", "fal")
    if is_picture:
        stanza.say("kind", "image")
    for option, name in found.items():
        if option not in _ROLES:
            _DRAFTERS.get(option, _plain)(stanza, page, option, name)
    _pictures(stanza, page, found)
    if "ratio" not in found:
        _size(stanza, page)
    stanza.notes += _left(page, stanza)
    text = "\n".join(_written(stanza, page))
    check_stanza(page.endpoint, text)
    return text


def _plain(stanza: _Draft, page: EndpointPage, option: str, name: str) -> None:
    stanza.put(option, name)
    if option == "seed":
        stanza.say("seed", value=True)
    elif option == "sound":
        stanza.say("sound", "off" if page.given.properties[name].default is False else "on")
    elif option == "count":
        forms = page.forms(page.given.properties[name])
        most = [int(form.maximum) for form in forms if form.maximum]
        stanza.say("count", max(1, min([*most, _MOST_RESULTS] if most else [1])))


def _ratio(stanza: _Draft, page: EndpointPage, option: str, name: str) -> None:
    words = _choices(page, name)
    shapes = [word for word in words if isinstance(word, str) and _RATIO.fullmatch(word)]
    if not shapes:
        return
    stanza.put(option, name)
    stanza.say("ratios", shapes)
    if {"auto", "adaptive"} & {str(word) for word in words}:
        stanza.say("adaptive", value=True)


def _seconds(stanza: _Draft, page: EndpointPage, option: str, name: str) -> None:
    told = [(word, _LENGTH.fullmatch(str(word))) for word in _choices(page, name)]
    lengths = [(word, found) for word, found in told if found and int(found[1])]
    if lengths:
        word, found = lengths[0]
        form = f"{{}}{found[2]}" if isinstance(word, str) else ""
        stanza.put(option, name, **({"form": form} if form else {}))
        stanza.say("seconds", [int(each[1]) for _, each in lengths])
        return
    for form in page.forms(page.given.properties[name]):
        if form.minimum is not None and form.maximum and form.is_of("integer"):
            least, most = max(1, int(form.minimum)), int(form.maximum)
            default = page.given.properties[name].default
            usual = default if isinstance(default, int) and least <= default <= most else least
            stanza.put(option, name)
            stanza.say("seconds", {"min": least, "max": most, "default": usual})
            return


def _frames(stanza: _Draft, page: EndpointPage, option: str, name: str) -> None:
    if "seconds" in stanza.fields:
        return
    known = [page.given.properties[each].default for each in _FPS if each in page.given.properties]
    fps = next((int(rate) for rate in known if isinstance(rate, int | float) and rate >= 1), 24)
    limits = [
        (int(form.minimum), int(form.maximum))
        for form in page.forms(page.given.properties[name])
        if form.minimum is not None and form.maximum
    ]
    default = page.given.properties[name].default
    usual = max(1, round(default / fps)) if isinstance(default, int) else 5
    least, most = limits[0] if limits else (fps * usual, fps * usual)
    span = {"min": max(1, -(-least // fps)), "max": max(1, most // fps), "default": usual}
    stanza.put(option, name, fps=fps)
    stanza.say("seconds", span)


def _resolution(stanza: _Draft, page: EndpointPage, option: str, name: str) -> None:
    meant = {our_word(word): word for word in _choices(page, name) if isinstance(word, str)}
    known = {ours: word for ours, word in meant.items() if ours in RESOLUTIONS}
    if not known:
        return
    others = {ours: word for ours, word in known.items() if ours != word}
    stanza.put(option, name, **({"values": others} if others else {}))
    stanza.say("resolutions", list(known))


_DRAFTERS = {
    "ratio": _ratio,
    "seconds": _seconds,
    "frames": _frames,
    "resolution": _resolution,
}


def _pictures(stanza: _Draft, page: EndpointPage, found: Mapping[str, str]) -> None:
    roles = [option for option in _ROLES if option in found]
    if not roles:
        return
    needed = sum(found[option] in page.given.required for option in roles)
    most = len(roles)
    if roles == ["references"]:
        forms = page.forms(page.given.properties[found["references"]])
        most = next((form.max_items for form in forms if form.max_items), 4)
    for option in roles:
        stanza.put(option, found[option])
    told = [option.removesuffix("s") for option in roles]
    stanza.say("images", {"min": needed, "max": min(most, _MOST_PICTURES), "roles": told})


def _size(stanza: _Draft, page: EndpointPage) -> None:
    """A size as `{width, height}`: any shape can be told by it."""
    forms = page.forms(page.given.properties.get(_SIZE, JsonSchema()))
    if any({"width", "height"} <= form.properties.keys() for form in forms):
        stanza.say("ratios", list(_SHAPES))
        for side in ("width", "height"):
            stanza.put(side, f"{_SIZE}.{side}")


def _choices(page: EndpointPage, name: str) -> list[object]:
    """The values that a field may have, its default first."""
    schema = page.given.properties[name]
    allowed = [value for form in page.forms(schema) for value in (*form.enum, form.const)]
    listed = [value for value in allowed if value is not None]
    first = [schema.default] if schema.default in listed else []
    return list(dict.fromkeys([*first, *listed]))


def _left(page: EndpointPage, stanza: _Draft) -> Iterator[str]:
    """What else the input has: what must be said, then what may be."""
    used = {str(rule["name"]).partition(".")[0] for rule in stanza.fields.values()}
    left = {name for name in page.given.properties.keys() - used if _NAME.fullmatch(name)}
    for name in sorted(left & set(page.given.required)):
        yield f'It also needs "{name}": say it in [model.constants].'
    if others := sorted(left - set(page.given.required)):
        yield f"Not used: {', '.join(others)}. [model.constants] can fix them."


def _written(stanza: _Draft, page: EndpointPage) -> Iterator[str]:
    yield f"# Drafted from fal's description of {page.endpoint}. Read it before you use it."
    yield from (f"# {note}" for note in stanza.notes)
    yield "[[model]]"
    yield from stanza.lines
    yield f"# TO DO: its price in US cents, from https://fal.ai/models/{page.endpoint}"
    yield '# (with priced_by = "second" that of a second). Of models that can do the same, the'
    yield "# cheapest is asked."
    yield "credits = 1000"
    yield 'state = "uncertain"'
    yield "\n[model.fields]"
    for option, rule in stanza.fields.items():
        yield f"{option} = {as_toml(rule if len(rule) > 1 else rule['name'])}"
