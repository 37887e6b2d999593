"""Nothing secret and nothing that acts is left in other people's words."""

import pytest

from core.redact import LIMIT, know, printable, quote, redact


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("key sk-abcdef0123456789", "key sk-***"),
        ("TokenStatusExhausted[sk-abc***xyz]", "TokenStatusExhausted[sk-***]"),
        ("SK-ABCDEF01 and hk-abcdef01", "SK-*** and hk-***"),
        ("task-abcdef01 stays", "task-abcdef01 stays"),
        ("Authorization: Bearer 0a1b2c3d-4e5f", "Authorization: Bearer ***"),
        ("bearer 'x' stays", "bearer 'x' stays"),
        ("Incorrect API key provided: 0a1b2c3d4e5f6a7b.", "Incorrect API key provided: ***"),
        ('{"api_key":"0a1b2c3d4e5f6a7b"}', '{"api_key":"***"}'),
        ("令牌：0a1b2c3d4e5f6a7b", "令牌：***"),
        ("Invalid token: expired", "Invalid token: expired"),
        ("no answer from https://b.example/hooks/q8Zr3vT0kL?x", "no answer from https://b.example/hooks/***?x"),
        (r"https:\/\/b.example\/hook\/q8Zr3vT0kL", r"https:\/\/b.example\/hook\/***"),
        ("hooks/short stays", "hooks/short stays"),
        (f"see https://b.example/v/{'aZ0_-' * 8}abc/1.mp4", "see https://b.example/v/***/1.mp4"),
        (f"https://b.example/v/{'a' * 44} stays", f"https://b.example/v/{'a' * 44} stays"),
        (f"https://b.example/dashboard/in/{'aZ0_-' * 8}abc.", "https://b.example/dashboard/in/***."),
        (rf"b.example\/gallery\/in\/{'aZ0_-' * 8}abc", r"b.example\/gallery\/in\/***"),
        (f"https://b.example/lent/{'aZ0_-' * 8}abc.png", "https://b.example/lent/***.png"),
        (f"https://b.example/hooks/{'aZ0_-' * 8}abc", "https://b.example/hooks/***"),
        ("/dashboard/in/telegram stays", "/dashboard/in/telegram stays"),
        ("see https://asyncdata.net/web/veo3-pro:03bd.", "see https://asyncdata.net/web/***"),
        ("MTE0NTY3ODkwMTIzNDU2Nzg5.GaBcDe.abcdefghijklmnopqrstuvwxyz0123", "***"),
        ("/webhooks/114/aW50ZXJhY3Rpb246MTE0/messages/1", "/webhooks/114/***/messages/1"),
        ("/interactions/114/aW50ZXJhY3Rpb246MTE0/callback", "/interactions/114/***/callback"),
        ("version 3.11.7 and a.b.c stay", "version 3.11.7 and a.b.c stay"),
        ("https://h/bot123456789:AAabcdefghijklmnopqrstuvwxyz012345/x", "https://h/bot***/x"),
        ("bot123456789%3aAAabcdefghijklmnopqrstuvwxyz012345/x", "bot***/x"),
        ("{'token': 'aW50ZXJhY3Rpb246MTE0'}", "{'token': '***'}"),
        ("socks5://proxy:s3cret@h:1080/x", "socks5://h:1080/x"),
        ("bot 123456789:AAabcdefghijklmnopqrstuvwxyz012345", "bot ***"),
        ("https://h/a.mp4?X-Tos-Signature=abc&x=1", "https://h/a.mp4?X-Tos-Signature=***&x=1"),
        ("https://h/a?sig=a%2Bb&se=2", "https://h/a?sig=***&se=2"),
        ("https://h/a?X-Amz-Signature=ab&Signature=cd", "https://h/a?X-Amz-Signature=***&Signature=***"),
        ("https://h/a?X-Amz-Credential=ab&X-Tos-Credential=cd)", "https://h/a?X-Amz-Credential=***&X-Tos-Credential=***)"),
        ("https://h/v1beta?key=AIzaSyABC", "https://h/v1beta?key=***"),
        ("![image](data:image/png;base64,iVBORw0KGgo=)", "![image](data:***)"),
        ("Authorization: Key 0a1b2c3d-4e5f:0a1b2c3d4e", "Authorization: Key ***"),
        ("Key limit exceeded: daily", "Key limit exceeded: daily"),
        ("x-goog-api-key: AIzaSyAbcdefghijklmnopqrstuvwxyz01234", "x-goog-api-key: ***"),
        ("for AIzaSyAbcdefghijklmnopqrstuvwxyz01234!", "for ***!"),
        ("X-API-Key: comfyui-0123456789abcdef", "X-API-Key: ***"),
        ("xai-0123456789abcdef and r8_0123456789abcdefghij0123", "xai-*** and ***"),
        ("nothing at all", "nothing at all"),
    ],
)  # fmt: skip
def test_secrets_are_taken_out(text: str, clean: str) -> None:
    assert redact(text) == clean
    assert quote(text) == clean


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("<b>bold</b> words", "bold words"),
        ("<style>p {x}</style>text<script>alert()</script>", "text"),
        ("<title>502</title> bad", "bad"),
        ("a < b", "a < b"),
        ("a\r\nb\tc\x0bd", "a b c d"),
        ("sk-abc\x00def\u200b123456", "sk-***"),
        ("\x1b[31mred\x07", "[31mred"),
        ("\u202eevil\u2066", "evil"),
        ("half \ud83d of one", "half of one"),
        ("\ufeff x ", "x"),
        ("@everyone @user_1", "@\u200beveryone @\u200buser_1"),
        ("<@123456> <@&9> hi", "hi"),
        ("a @ b", "a @ b"),
        ("👩\u200d🚀 进度", "👩\u200d🚀 进度"),
    ],
)
def test_what_acts_is_taken_out(text: str, clean: str) -> None:
    assert quote(text) == clean


def test_words_are_cut_where_they_become_too_long() -> None:
    assert quote("x" * LIMIT) == "x" * LIMIT
    assert quote("x" * (LIMIT + 1)) == "x" * (LIMIT - 1) + "…"
    assert quote("ab cd ef", 4) == "ab…"


def test_a_secret_at_the_cut_does_not_show_its_beginning() -> None:
    text = "x" * (LIMIT - 10) + " sk-abcdefghijklmnopqrstuvwxyz"

    assert "sk-a" not in quote(text)


def test_megabytes_are_quoted_without_being_read() -> None:
    assert quote("data:image/png;base64," + "A" * 6_000_000) == "data:***"
    assert quote("<style" * 1_000_000).startswith("<style")


UUID = "0b0ad1c5-9f0e-4a5c-8d7b-3f1e2d4c5b6a"


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        (f"no account for {UUID}!", "no account for ***!"),
        (f"no account for {UUID.upper()}!", "no account for ***!"),
        ("see https://h/x?a=se%2Fcret%2B1234567&b=1", "see https://h/x?a=***&b=1"),
        ("se/cret+1234567se/cret+1234567", "******"),
        ("sk-known-0123456789", "sk-***"),
        ("any word stays", "any word stays"),
    ],
)
def test_our_own_secrets_are_taken_out_whatever_their_form(text: str, clean: str) -> None:
    know(UUID, "se/cret+1234567", " sk-known-0123456789\n", "any", "")

    assert redact(text) == clean
    assert quote(text) == clean


def test_what_steers_a_terminal_is_spelled_out_and_the_rest_stays() -> None:
    said = "\x1b[2Jred\x07 \u202e\x9b ünï 中文\t1\nnext\r"

    assert printable(said) == "\\x1b[2Jred\\x07 \\u202e\\x9b ünï 中文\t1\nnext\\r"


def test_no_part_of_a_key_is_left_where_a_very_long_text_is_cut() -> None:
    own = "9e1f5a52-0c1b-4c6e-9d57-1f2a3b4c5d6e"
    know(own)
    # Markup goes after the cut, so that what stood far behind is shown.
    markup = "<style>" + "x" * 180 + "</style>"
    for place in range(160, 201, 4):
        text = (markup[:7] + "x" * (place - 16) + "</style> ") + own + " words" * 100
        assert own[:4] not in quote(text, 5)
