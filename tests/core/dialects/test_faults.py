"""What the refusals of gateways mean, in whatever envelope they come."""

import json

import pytest

from core.dialects._faults import Circumstances, classify, fault_of, is_html, is_refusal
from core.errors import MODERATION, FaultKind

K = FaultKind
PROMPT, IMAGE, OUTPUT = K.MODERATION_PROMPT, K.MODERATION_INPUT_IMAGE, K.MODERATION_OUTPUT
MASKED = "该令牌额度已用尽 TokenStatusExhausted[sk-abc***xyz]"


@pytest.mark.parametrize(
    ("status", "message", "kind"),
    [
        (401, "无效的令牌", K.AUTH),
        (401, "未提供令牌", K.AUTH),
        (401, "Invalid token", K.AUTH),
        (401, "该令牌状态不可用", K.AUTH),
        (401, "该令牌已过期", K.AUTH),
        (401, "令牌已过期", K.AUTH),
        (401, MASKED, K.QUOTA),
        (403, "用户额度不足", K.QUOTA),
        (403, "预扣费额度失败", K.QUOTA),
        (403, "insufficient_user_quota", K.QUOTA),
        (403, "pre_consume_token_quota_failed", K.QUOTA),
        (403, "该令牌无权访问模型 X", K.PERMISSION),
        (403, "无权访问 X 分组", K.PERMISSION),
        (404, "Invalid URL (GET /path)", K.MISCONFIGURED),
        (413, "read_request_body_failed", K.TOO_LARGE),
        (429, "您已达到请求数限制：1分钟内最多请求3次", K.RATE_LIMITED),
        (429, "当前分组上游负载已饱和，请稍后再试", K.OVERLOADED),
        (429, "上游分组已满", K.OVERLOADED),
        (429, "heavy_load", K.OVERLOADED),
        (429, "cf_shield_429", K.OVERLOADED),
        (503, "分组 G 下模型 M 无可用渠道（distributor）", K.MODEL_GONE),
        (503, "当前分组 G 下对于模型 M 无可用渠道", K.MODEL_GONE),
        (503, "model_not_found", K.MODEL_GONE),
        (503, "获取分组 G 下模型 M 的可用渠道失败（retry）", K.OVERLOADED),
        (503, "channel:no_available_key", K.OVERLOADED),
        (500, "bad_response_status_code", K.UPSTREAM),
        (500, "bad_response_body", K.UPSTREAM),
        (500, "empty_response", K.UPSTREAM),
        (502, "do_request_failed", K.UPSTREAM),
        (502, "请求上游地址失败", K.UPSTREAM),
        (400, "sensitive_words_detected", PROMPT),
        (400, "prompt_blocked", PROMPT),
        (501, "api_not_implemented", K.MISCONFIGURED),
        (400, "invalid_request", K.BAD_REQUEST),
        (400, "invalid_json", K.BAD_REQUEST),
        (400, "missing_model", K.BAD_REQUEST),
        (400, "invalid_size", K.UNSUPPORTED_PARAM),
        (400, "task_not_exist", K.EXPIRED),
        (400, "MissingParameter", K.BAD_REQUEST),
        (400, "InvalidParameter", K.BAD_REQUEST),
        (401, "AuthenticationError", K.AUTH),
        (403, "AccountOverdueError", K.QUOTA),
        (403, "AccessDenied", K.PERMISSION),
        (404, "InvalidEndpointOrModel.NotFound", K.MODEL_GONE),
        (404, "ModelNotOpen", K.MODEL_GONE),
        (429, "RateLimitExceeded.EndpointRPMExceeded", K.RATE_LIMITED),
        (429, "ServerOverloaded", K.OVERLOADED),
        (500, "InternalServiceError", K.UPSTREAM),
        (400, "Invalid value: '10'. Supported values are: '4'", K.UNSUPPORTED_PARAM),
        (400, "sora-2 size is invalid", K.UNSUPPORTED_PARAM),
        (500, "This interface is temporarily paused", K.MODEL_GONE),
        (400, "model not found", K.MODEL_GONE),
        (400, "该模型已下线", K.MODEL_GONE),
        (400, "The model is not supported", K.MODEL_GONE),
        (400, "invalid url in image_url", K.BAD_REQUEST),
    ],
)  # fmt: skip
def test_the_vocabulary_of_the_gateways_is_known(
    status: int, message: str, kind: FaultKind
) -> None:
    assert classify(message, status) is kind


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (None, K.UNKNOWN),
        (200, K.UNKNOWN),
        (301, K.MISCONFIGURED),
        (400, K.BAD_REQUEST),
        (401, K.AUTH),
        (402, K.QUOTA),
        (403, K.PERMISSION),
        (404, K.MISCONFIGURED),
        (405, K.MISCONFIGURED),
        (408, K.TIMEOUT),
        (413, K.TOO_LARGE),
        (418, K.BAD_REQUEST),
        (429, K.RATE_LIMITED),
        (500, K.UPSTREAM),
        (501, K.MISCONFIGURED),
        (503, K.UPSTREAM),
        (504, K.TIMEOUT),
        (522, K.TIMEOUT),
        (524, K.TIMEOUT),
        (599, K.UPSTREAM),
    ],
)
def test_without_words_the_status_decides(status: int | None, kind: FaultKind) -> None:
    assert classify("", status) is kind
    assert classify("nobody knows this sentence", status) is kind


LITERALS = """\
输入的提示词或视频的输出内容违反了OpenAI的相关服务政策，请调整提示词后进行重试
该任务的输入或者输出可能违反了OpenAI的相关服务政策，请重新发起请求或调整提示词进行重试
图片检测系统认为内容可能违反相关政策
当前不支持上传包含写实人物的图像。
此内容可能违反了我们的内容政策。
此内容可能违反关于裸露、性内容或色情内容的相关规定。
图片中包含未成年人，请重新上传
图片中包含名人，请重新上传
This content may violate our guardrails concerning similarity to third-party content.
This content may violate our content policies.
guardrails concerning nudity, sexuality, or erotic content.
PUBLIC_ERROR_UNSAFE_GENERATION
PUBLIC_ERROR_SEXUAL
PUBLIC_ERROR_DANGER_FILTER
PUBLIC_ERROR_MINOR_UPLOAD
PUBLIC_ERROR_PROMINENT_PEOPLE_FILTER_FAILED
PUBLIC_ERROR_AUDIO_FILTERED
Veo could not generate 1 videos based on the prompt provided. You will not be charged.
InputTextSensitiveContentDetected
InputImageSensitiveContentDetected.PrivacyInformation
OutputVideoSensitiveContentDetected
sentinel_block
Your request was blocked by our moderation system. (moderation_blocked)
""".splitlines()


@pytest.mark.parametrize("message", LITERALS)
def test_moderation_is_recognised_whatever_the_status(message: str) -> None:
    kinds = {classify(message, status) for status in (None, 200, 400, 401, 429, 500, 503)}

    assert kinds <= MODERATION


@pytest.mark.parametrize(
    ("message", "circumstances", "kind"),
    [
        (LITERALS[0], Circumstances(), PROMPT),
        (LITERALS[1], Circumstances(), PROMPT),
        (LITERALS[0], Circumstances(fraction=0.9), OUTPUT),
        (LITERALS[0], Circumstances(fraction=0.5), PROMPT),
        (LITERALS[0], Circumstances(seconds=440), OUTPUT),
        (LITERALS[0], Circumstances(seconds=10), PROMPT),
        (LITERALS[2], Circumstances(has_images=True), IMAGE),
        (LITERALS[2], Circumstances(has_images=False), PROMPT),
        (LITERALS[3], Circumstances(has_images=True), IMAGE),
        (LITERALS[5], Circumstances(has_images=True), PROMPT),
        (LITERALS[8], Circumstances(has_images=True), PROMPT),
        ("the face in the upload violates", Circumstances(has_images=True), IMAGE),
        ("InputTextSensitiveContentDetected", Circumstances(has_images=True, seconds=99), PROMPT),
        ("InputImageSensitiveContentDetected", Circumstances(), IMAGE),
        ("OutputVideoSensitiveContentDetected", Circumstances(), OUTPUT),
        ("PUBLIC_ERROR_AUDIO_FILTERED", Circumstances(), OUTPUT),
        ("视频输出内容违规", Circumstances(), OUTPUT),
        ("生成结果审核未通过", Circumstances(), OUTPUT),
        ("the output violates our policy", Circumstances(), OUTPUT),
        ("the input or the output violates our policy", Circumstances(), PROMPT),
    ],
)
def test_the_stage_of_moderation_is_told_by_the_circumstances(
    message: str, circumstances: Circumstances, kind: FaultKind
) -> None:
    assert classify(message, None, circumstances) is kind


@pytest.mark.parametrize(
    ("message", "kind"),
    [
        ("违反 额度已用尽", PROMPT),
        ("额度已用尽 无效的令牌", K.QUOTA),
        ("无效的令牌 model_not_found", K.AUTH),
        ("model_not_found 请稍后再试", K.MODEL_GONE),
        ("可用渠道失败 model_not_found", K.OVERLOADED),
        ("rate limit, invalid_request", K.RATE_LIMITED),
    ],
)
def test_of_two_meanings_the_graver_one_counts(message: str, kind: FaultKind) -> None:
    assert classify(message, 500) is kind


@pytest.mark.parametrize(
    ("body", "status", "kind", "reason"),
    [
        (
            {"error": {"message": "无效的令牌 (request id: 2026112012)", "type": "new_api_error"}},
            401,
            K.AUTH,
            "无效的令牌",
        ),
        (
            {"error": {"message": "no", "type": "x", "code": "insufficient_user_quota"}},
            403,
            K.QUOTA,
            "no",
        ),
        ({"error": {"message": "no", "code": 123}}, 400, K.BAD_REQUEST, "no"),
        (
            {"code": "fail_to_fetch_task", "message": "boom", "data": None},
            500,
            K.UPSTREAM,
            "boom",
        ),
        (
            {"error": {"code": "ModelNotOpen", "message": "m", "param": "", "type": "NotFound"}},
            404,
            K.MODEL_GONE,
            "m",
        ),
        (
            {"error": {"code": 400, "message": "bad", "status": "INVALID_ARGUMENT"}},
            400,
            K.BAD_REQUEST,
            "bad",
        ),
        ({"error": "plain words"}, 500, K.UPSTREAM, "plain words"),
        ({"message": "m"}, 400, K.BAD_REQUEST, "m"),
        ({"msg": "m"}, 400, K.BAD_REQUEST, "m"),
        ({"fail_reason": "m"}, 400, K.BAD_REQUEST, "m"),
        ({"detail": "m"}, 400, K.BAD_REQUEST, "m"),
        (
            {"detail": [{"loc": ["body", "prompt", 0], "msg": "field required"}, {"msg": "x"}, 5]},
            422,
            K.BAD_REQUEST,
            "body.prompt.0: field required; x",
        ),
        ({"success": False, "message": "m"}, 200, K.UNKNOWN, "m"),
        ({"error": {}, "message": " "}, 500, K.UPSTREAM, ""),
        ({"error": {"message": None, "code": None}}, 400, K.BAD_REQUEST, ""),
        ({"error": ["odd"]}, 400, K.BAD_REQUEST, ""),
    ],
)  # fmt: skip
def test_every_envelope_is_opened(
    body: dict[str, object], status: int, kind: FaultKind, reason: str
) -> None:
    fault = fault_of(json.dumps(body), status)

    assert (fault.kind, fault.reason, fault.http_status) == (kind, reason, status)
    assert fault_of(body, status) == fault


@pytest.mark.parametrize(
    ("body", "status", "kind", "reason"),
    [
        ("", 500, K.UPSTREAM, ""),
        ("no healthy upstream", 503, K.UPSTREAM, "no healthy upstream"),
        ("null", 500, K.UPSTREAM, "null"),
        ("[1]", 500, K.UPSTREAM, "[1]"),
        ("<html><title>413</title>nginx", 413, K.TOO_LARGE, ""),
        ("<html><title>524: A timeout occurred</title>", 524, K.TIMEOUT, ""),
        ("\ufeff \n<!DOCTYPE html>", 200, K.MISCONFIGURED, ""),
        ("<html>", None, K.MISCONFIGURED, ""),
        ("<p>content policy</p>", 502, K.UPSTREAM, ""),
    ],
)
def test_what_is_no_json_is_judged_by_its_status(
    body: str, status: int | None, kind: FaultKind, reason: str
) -> None:
    fault = fault_of(body, status)

    assert (fault.kind, fault.reason) == (kind, reason)


def nested(message: str) -> dict[str, object]:
    return {"code": "fail_to_fetch_task", "message": message, "data": None}


@pytest.mark.parametrize(
    ("message", "kind", "reason"),
    [
        (
            '{"error":{"code":404,"message":"Publisher Model … is no longer available"}}',
            K.MODEL_GONE,
            "Publisher Model … is no longer available",
        ),
        ('API failed: 400 - {"error":{"code":"sentinel_block"}}', PROMPT, None),
        ('failed {"message":"inner words"} (request id: abc1234567)', K.UPSTREAM, "inner words"),
        ('{"error":{"code":"ModelNotOpen","message":"m"}}', K.MODEL_GONE, "m"),
        ('{"error":{"message":"{\\"message\\":\\"deep\\"}"}}', K.UPSTREAM, '{"message":"deep"}'),
        ("{broken", K.UPSTREAM, "{broken"),
        ("{" * 30_000, K.UPSTREAM, None),
        ('{"a":' * 30_000, K.UPSTREAM, None),
    ],
    ids=range(8),
)
def test_a_message_that_quotes_an_answer_is_opened_once(
    message: str, kind: FaultKind, reason: str | None
) -> None:
    fault = fault_of(nested(message), 500)

    assert fault.kind is kind
    assert reason is None or fault.reason == reason
    assert len(fault.reason) <= 500


@pytest.mark.parametrize(
    ("message", "headers", "request_id"),
    [
        ("x (request id: 20261120abc)", {}, "20261120abc"),
        ("x（request id：abc1234567）", {"x-request-id": "header-id"}, "header-id"),
        ("x（request id: abc1234567）", {"x-request-id": "header-id"}, "abc1234567"),
        ("x. Request id: 0217-abc", {}, "0217-abc"),
        ('{"message":"m"} (request id: outer-123)', {}, "outer-123"),
        ("x", {"x-oneapi-request-id": "one", "x-request-id": "two"}, "one"),
        ("x", {"x-request-id": "two" * 100}, "two" * 26 + "t…"),
        ("x", {}, ""),
    ],
)
def test_the_gateways_own_number_of_the_request_is_kept(
    message: str, headers: dict[str, str], request_id: str
) -> None:
    assert fault_of(nested(message), 500, headers=headers).request_id == request_id


def test_the_number_of_the_request_is_no_part_of_the_reason() -> None:
    assert fault_of(nested("x (request id: 20261120abc)"), 500).reason == "x"


@pytest.mark.parametrize(
    ("body", "refused"),
    [
        ({"error": {"message": "x"}}, True),
        ({"error": "x"}, True),
        ({"success": False}, True),
        ({"code": "invalid_request"}, True),
        ({"code": 500}, True),
        ({"error": None, "code": None}, False),
        ({"error": {}}, False),
        ({"success": True}, False),
        ({"code": "success"}, False),
        ({"code": "SUCCESS"}, False),
        ({"code": ""}, False),
        ({"code": 0}, False),
        ({"code": 200}, False),
        ({"code": 10000}, False),
        ({}, False),
    ],
)
def test_a_refusal_is_recognised_under_a_good_status(
    body: dict[str, object],
    refused: bool,  # noqa: FBT001 - a column of the table
) -> None:
    assert is_refusal(body) is refused


def test_html_is_recognised_by_its_first_sign() -> None:
    assert is_html("\ufeff\r\n <html>")
    assert not is_html('{"a":"<html>"}')
    assert not is_html("")
