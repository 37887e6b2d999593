"""Both languages have the same texts with the same variables, and no text is missing."""

import re
import subprocess
import sys
from pathlib import Path
from typing import get_args

import pytest
from fluent.runtime import FluentBundle, FluentResource
from fluent.syntax import FluentParser, ast
from fluent.syntax.visitor import Visitor

from bots.web.overview import COUNTED
from core.catalog import ChatAbility
from core.commands import COMMANDS
from core.errors import Fault, FaultKind, UserError, did_you_mean
from core.i18n import Locale, explain, explain_fault, locale_of, translate
from core.i18n.numerals import Bundle
from core.jobs import ENDED, OPEN, JobState
from core.messages.progress import Phase
from core.options.options import describe
from core.people.balance import Narrowest
from core.people.sessions import Area

ROOT = Path(__file__).parents[2]
TEXTS = ROOT / "core" / "i18n"
_PAYMENTS = {"bought", "paysupport", "refunded", "terms"}
# Keys that are put together in code; the rest stand in it as they are.
COMPOSED = {
    *(f"fault-{kind.replace('_', '-')}" for kind in FaultKind),
    *(f"phase-{phase}" for phase in Phase),
    *(f"state-{state}" for state in JobState if state not in ENDED),
    *(f"command-{name}" for name in COMMANDS),
    *(f"models-{word}" for word in ("mask", "remix", "characters", "storyboard")),
    *(f"models-{ability}" for ability in ChatAbility),
    *(f"example-{c.name}" for c in COMMANDS.values() if "prompt" in c.options.model_fields),
    *(f"credits-{what}-{of}" for what in ("paid", "short") for of in get_args(Narrowest)),
    *(f"{what}-{area}" for what in ("area", "pages-link", "to") for area in Area),
    *(f"live-{name}" for name in COUNTED),
    *(f"live-job-spent-{state}" for state in OPEN),
    *(f"live-{part}-{state}" for part in ("outcome", "said") for state in ENDED),
    *(f"limits-{kind}" for kind in ("user", "chat")),
    *(f"{what}-{area}" for what in ("area", "pages-link", "to") for area in Area),
    *(f"name-{name}" for name in COMMANDS),
    *(f"name-option-{option.name}" for c in COMMANDS.values() for option in describe(c.options)),
    *(option.description for c in COMMANDS.values() for option in describe(c.options)),
}


class _Variables(Visitor):
    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def visit_VariableReference(self, node: ast.VariableReference) -> None:  # noqa: N802 - theirs
        self.names.add(node.id.name)


def texts(locale: str) -> dict[str, set[str]]:
    resource = FluentParser().parse((TEXTS / f"{locale}.ftl").read_text(encoding="utf-8"))
    found: dict[str, set[str]] = {}
    for entry in resource.body:
        assert not isinstance(entry, ast.Junk), entry.content
        if isinstance(entry, ast.Message):
            visitor = _Variables()
            visitor.visit(entry)
            assert entry.id.name not in found, f"{entry.id.name} stands twice in {locale}"
            found[entry.id.name] = visitor.names
    return found


def keys_in_code() -> set[str]:
    known = set(texts("en"))
    code = "\n".join(
        path.read_text(encoding="utf-8")
        for folder in ("core", "bots", "storage")
        for path in (ROOT / folder).rglob("*")
        if path.suffix in {".py", ".html"}
    )
    return {key for key in re.findall(r"\"([a-z]+(?:-[a-z]+)+)\"", code) if key in known}


def test_both_languages_have_the_same_keys_and_variables() -> None:
    english, chinese = texts("en"), texts("zh")
    alone = sorted(english.keys() ^ chinese.keys())

    assert not alone, f"only one of core/i18n/en.ftl and zh.ftl has the texts {alone}"
    assert english == chinese


def test_every_text_is_used_and_every_composed_key_has_one() -> None:
    known = set(texts("en"))
    single = {"seconds", "pictures", "took", "credits", "granted", *_PAYMENTS}
    missing = COMPOSED - known
    unused = known - COMPOSED - keys_in_code() - single

    assert not missing, f"core/i18n/en.ftl and zh.ftl have no texts for {sorted(missing)}"
    assert not unused, f"nothing shows the texts {sorted(unused)} of core/i18n/en.ftl"


@pytest.mark.parametrize("locale", list(Locale))
def test_every_text_comes_out_whole(locale: Locale) -> None:
    for key, variables in texts(locale.value).items():
        shown = translate(locale, key, **{name: f"<{name}>" for name in variables})

        assert shown
        assert "{" not in shown


def test_a_key_that_does_not_exist_is_a_defect() -> None:
    with pytest.raises(LookupError, match=r"core/i18n/en\.ftl has no text no-such-key"):
        translate(Locale.EN, "no-such-key")


def test_english_counts_and_chinese_does_not() -> None:
    assert translate(Locale.EN, "pictures", count=1) == "1 picture"
    assert translate(Locale.EN, "pictures", count=3) == "3 pictures"
    assert translate(Locale.ZH, "pictures", count=3) == "3 张图片"


@pytest.mark.parametrize("locale", Locale)
def test_numbers_are_written_and_counted_as_the_language_does(locale: Locale) -> None:
    text = FluentResource("counted = { $n } { $n ->\n    [one] one\n   *[other] other\n }\n")

    def said(kind: type[FluentBundle], number: float) -> str:
        bundle = kind([locale.value], use_isolating=False)
        bundle.add_resource(text)
        pattern = bundle.get_message("counted").value
        assert pattern is not None
        written, errors = bundle.format_pattern(pattern, {"n": number})
        assert errors == []
        return str(written)

    numbers = (0, 1, 2, -1, 11, 999, 1000, 1234567, 10**15, 0.5, 1.0, 1.5, -0.25, 2 / 3, 12345.678)
    for number in numbers:
        assert said(Bundle, number) == said(FluentBundle, number)


def test_no_data_of_the_world_is_read_for_a_number() -> None:
    code = (
        "import sys\n"
        "from core.i18n import Locale, translate\n"
        "def heard(event, told):\n"
        "    if event == 'open' and str(told[0]).endswith('.dat'): print(told[0])\n"
        "sys.addaudithook(heard)\n"
        "print([translate(locale, 'pictures', count=1234) for locale in Locale])\n"
    )
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S603 - our own Python

    assert done.stdout == "['1,234 pictures', '1,234 张图片']\n"


@pytest.mark.parametrize(
    ("said", "ours"),
    [
        ("zh-hans", Locale.ZH),
        ("zh_CN.UTF-8", Locale.ZH),
        ("ZH", Locale.ZH),
        ("en-GB", Locale.EN),
        ("pt-br", Locale.EN),
        ("", Locale.EN),
    ],
)
def test_what_a_platform_says_becomes_a_language_of_ours(said: str, ours: Locale) -> None:
    assert locale_of(said, Locale.EN) is ours


def test_a_mistake_is_explained_with_what_would_work() -> None:
    error = UserError(
        "option-unknown", hints=did_you_mean(["--ratio"]), given="--ration", allowed="--ratio"
    )

    told = explain(Locale.EN, error)

    assert "no option --ration" in told
    assert told.endswith("Did you mean --ratio?")


def test_a_fault_quotes_the_gateway_and_says_that_it_may_have_been_billed() -> None:
    fault = Fault(kind=FaultKind.TIMEOUT, reason="524: A timeout occurred", maybe_billed=True)

    lines = explain_fault(Locale.ZH, fault)

    assert lines[0] == "等待时间太长，已停止等待。"
    assert "524: A timeout occurred" in lines[1]
    assert "可能已经扣费" in lines[2]


def test_our_own_words_are_never_put_into_the_gateways_mouth() -> None:
    fault = Fault(kind=FaultKind.NETWORK, detail="All connection attempts failed")

    assert explain_fault(Locale.EN, fault) == ["The connection to the gateway failed."]


def test_who_has_stopped_waiting_is_said() -> None:
    ours = explain_fault(Locale.EN, Fault(kind=FaultKind.TIMEOUT))
    theirs = explain_fault(Locale.EN, Fault(kind=FaultKind.TIMEOUT, http_status=524))

    assert ours == ["It took too long, so the bot stopped waiting."]
    assert theirs == ["The gateway took too long and gave up."]


# What one language writes, and what would be taken for a typing mistake in it.
FOREIGN_SIGNS = {
    Locale.EN: re.compile(r"[‘’「」『』，。：；？！（）]|\"[^\"]*\""),
    Locale.ZH: re.compile(r"[‘’「」『』]|\"|[\u4e00-\u9fff][,:;?!()]|[,:;?!()][\u4e00-\u9fff]"),
}


@pytest.mark.parametrize("locale", list(Locale))
def test_each_language_has_one_kind_of_quotation_marks_and_its_own_punctuation(
    locale: Locale,
) -> None:
    odd = {
        key: shown
        for key, variables in texts(locale.value).items()
        if FOREIGN_SIGNS[locale].search(
            shown := translate(locale, key, **dict.fromkeys(variables, "x"))
        )
    }

    assert odd == {}


def test_an_error_of_our_own_names_its_id_and_no_gateway() -> None:
    lines = explain_fault(Locale.EN, Fault(kind=FaultKind.INTERNAL, detail="1a2b3c4d"))

    assert lines == [
        "Something went wrong in the bot.",
        "The operator can find the details in the log under 1a2b3c4d.",
    ]
