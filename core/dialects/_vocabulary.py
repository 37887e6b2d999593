"""The words and codes in which gateways refuse, and what kind of failure each means. All pure.

Source: docs/gateways.md, "Codes of refusal", "Words of refusal",
"Words of moderation", "The order of judgement".
Words choose the sentence that a person reads, and nothing that costs money.
"""

import re
from collections.abc import Callable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from fnmatch import translate

from core.dialects._echo import without
from core.errors import FaultKind

# A filter in front of the work answers at once, one behind it only when something was made;
# gateways seldom say which it was, but people need to know what to change.
_EARLY_SECONDS = 15
_LATE_FRACTION = 0.8
_FIRST_REDIRECT = 300
_FIRST_ERROR = 400
_NOT_FOUND = 404
_FIRST_SERVER_ERROR = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """What is known beside the words of a refusal.

    Attributes:
        prompt: what the gateway may quote, and what then says nothing about the refusal.
        fraction: how far the task had come, in 0..1.
        begun: whether it had told of work on it before it was refused.
        seconds: how long after its creation it failed; 0 for an answer to the creation itself.
        names_model: whether the path that was asked names the model, or another thing that may be
            missing: then a 404 is about that, and not about the address.
    """

    prompt: str = field(default="", repr=False)
    has_images: bool = False
    fraction: float | None = None
    begun: bool = False
    seconds: float = 0.0
    names_model: bool = False


# What stands in a field of its own, named after its shape (`_codes`), beats all sentences.
_CODES: dict[FaultKind, str] = {
    FaultKind.MODERATION_PROMPT: "blocked flagged base_resp:1026 request:1301",
    FaultKind.MODERATION_OUTPUT: (
        "base_resp:1027 finish:safety finish:image_safety finish:blocklist finish:spii"
        " finish:prohibited_content finish:image_prohibited_content finish:*recitation"
    ),
    FaultKind.QUOTA: (
        "base_resp:1008 base_resp:2056 request:110[1-3] arrearage insufficient_balance_error"
        " insufficient_quota type:insufficient_credits setlimitexceeded budget_exceeded"
        " billing_hard_limit_reached"
    ),
    FaultKind.AUTH: (
        "base_resp:1004 base_resp:2049 request:100[0-4] api_key_invalid authorized_error"
        " unauthenticated type:unauthorized"
    ),
    FaultKind.PERMISSION: "type:not_enabled",
    FaultKind.MODEL_GONE: "type:model_not_found",
    FaultKind.RATE_LIMITED: (
        "base_resp:1002 base_resp:1039 request:130[23] throttling throttling.* rate_limit_error"
        " type:rate_limited type:concurrency_limit_exceeded"
    ),
    FaultKind.OVERLOADED: "type:request_timeout type:startup_timeout type:runner_*",
    FaultKind.UPSTREAM: (
        "type:downstream_service_* type:internal_server_error type:generation_timeout"
        " type:provider_error type:provider_timeout type:deadline_exceeded"
        " type:service_unavailable base_resp:1000"
    ),
    FaultKind.TOO_LARGE: "type:image_too_large type:file_too_large",
    FaultKind.UNSUPPORTED_PARAM: (
        "type:greater_than* type:less_than* type:one_of type:multiple_of type:sequence_too_*"
        " type:feature_not_supported node:value_bigger_than_max node:value_smaller_than_min"
    ),
    FaultKind.BAD_REQUEST: (
        "type:image_too_small type:image_load_error type:file_download_error type:missing"
        " type:unsupported_image_format type:face_detection_error type:invalid_input"
        " node:custom_validation_failed node:invalid_input_type node:required_input_missing"
    ),
    FaultKind.NO_MEDIA: "type:no_media_generated",
    FaultKind.MISCONFIGURED: (
        "node:missing_node_type node:invalid_prompt* node:prompt_no_outputs node:no_prompt"
        " node:exception_during_inner_validation node:return_type_mismatch"
    ),
}
_CODE_RULES = tuple(
    (kind, re.compile("|".join(map(translate, words.split())), re.IGNORECASE))
    for kind, words in _CODES.items()
)

_MODERATION = re.compile(
    r"违反|违规|审核(?:未通过|不通过|失败)|敏感词|写实人物|未成年|包含名人|violat|guardrail"
    r"|moderation|content[_ ]polic|sentinel_block|sensitive_words|STATUS_ERROR_SAFETY"
    # Only these: the same prefix stands before codes for load, rates and quotas.
    r"|PUBLIC_ERROR_(?:UNSAFE|SEXUAL|MINOR|PROMINENT_PEOPLE|DANGER|AUDIO_FILTERED|\w+_FILTER)"
    r"|prompt_blocked|SensitiveContent|prohibited_content|DataInspection|IPInfringement"
    r"|could not generate \d+ videos based on the prompt"
    r"|(?:contains?|flagged as|potentially) (?:\w+ )?(?:sensitive|inappropriate)|\(E005\)"
    r"|(?:input|prompt|content|image|output|video|request)\b.{0,30}\bflagged"
    r"|flagged by .{0,30}(?:content|safety)|blocked\b.{0,60}\bsafety|safety (?:filter|system)"
    # In any other case this is a word like all others.
    r"|(?-i:\b(?:SAFETY|BLOCKLIST|SPII)\b)",
    re.IGNORECASE,
)
_PROMPT_AT_FAULT = re.compile(r"InputText|INPUT\.TEXT|\bbody\.(?:\w+_)?prompt\b")
_IMAGE_SURELY_AT_FAULT = re.compile(
    r"InputImage|INPUT\.IMAGE|\bbody\.\w*(?:image|frame)\w*", re.IGNORECASE
)
_IMAGE_AT_FAULT = re.compile(r"MINOR_UPLOAD|图片|写实人物|\bimages?\b|\bface", re.IGNORECASE)
_OUTPUT_AT_FAULT = re.compile(
    r"output|输出|AUDIO_FILTERED|生成结果|generated (?:video|content)", re.IGNORECASE
)
_EITHER_AT_FAULT = re.compile(
    r"(?:输入|input).{0,20}(?:或|\bor\b).{0,20}(?:输出|output)", re.IGNORECASE
)

_QUOTA = (
    r"额度(?:已用尽|不足|失败)|预扣费|余额不足|TokenStatusExhausted|insufficient_user_quota"
    r"|pre_consume_token_quota|insufficient.{0,20}(?:quota|balance|credit|funds)|AccountOverdue"
    r"|\bQuotaExceeded\b|PUBLIC_ERROR_\w*QUOTA_REACHED|exhausted balance|your current quota"
    r"|\b(?:no|any|available|out of|enough|more) credits\b|(?:key|spend\w*|monthly) limit exceeded"
)
_AUTH = (
    r"无效的令牌|未提供令牌|令牌已过期|令牌状态不可用|invalid.?(?:token|api.?key)"
    r"|incorrect api.?key|AuthenticationError|not authenticated|no_db_connection"
    r"|api key (?:is )?(?:not valid|invalid)|login fail|no auth credentials"
)
_PERMISSION = r"无权访问|AccessDenied|MODEL_ACCESS_DENIED"
_POOL_EMPTY = (
    r"可用渠道失败|no_available_key|没有可用的\s*Token|Token AT无效"
    r"|no available (?:\w+ ){0,2}(?:tokens|models)"
)
_UNSUPPORTED = (
    r"supported values are|invalid_size|size is invalid|unsupported (?:param|value)"
    r"|\bparameter\b.{1,80}\bnot (?:valid|supported)"
)
_GONE = (
    r"model.?not.?found|无可用渠道|no longer available|已下线|不支持的模型"
    r"|\bmodel\b.{0,80}(?:\bnot supported|\bdoes not exist)|invalid model(?: name passed|\s*:)"
    r"|ModelNotOpen|InvalidEndpointOrModel|temporarily paused|no endpoints found"
    r"|is not found for API version|\bapplication\b.{0,80}\bnot found"
    r"|\bversion\b.{0,60}\b(?:does not exist|not permitted)"
    # A file of a model that is not installed; of another list it is an option.
    r"|\b(?:ckpt|unet|vae|clip|lora|model)\w*: .{1,200}\bnot in\b"
)
_BAD_REQUEST = r"\binvalid_request\b|invalid_json|missing_model|\b(?:Invalid|Missing)Parameter"
_OVERLOADED = (
    r"负载已饱和|上游分组已满|heavy_load|cf_shield_429|overloaded|稍后再试"
    r"|PUBLIC_ERROR_(?:HIGH_TRAFFIC|UNUSUAL_ACTIVITY)"
)
_RATE_LIMITED = r"请求数限制|rate.?limit|REQUESTS_THROTTLED|HTTP Error:? 429"
_TIMEOUT = r"视频生成超时|GENERATION_TIMED_OUT"

_RULES: tuple[tuple[FaultKind, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(pattern, re.IGNORECASE))
    for kind, pattern in (
        (FaultKind.QUOTA, _QUOTA),
        (FaultKind.AUTH, _AUTH),
        (FaultKind.PERMISSION, _PERMISSION),
        # Before _GONE: a pool that is empty for the moment has both texts nearly alike.
        (FaultKind.OVERLOADED, _POOL_EMPTY),
        (FaultKind.UNSUPPORTED_PARAM, _UNSUPPORTED),
        (FaultKind.MODEL_GONE, _GONE),
        (FaultKind.OVERLOADED, _OVERLOADED),
        (FaultKind.RATE_LIMITED, _RATE_LIMITED),
        (FaultKind.LINK_DEAD, r"视频生成成功但获取媒体地址失败"),
        (FaultKind.TIMEOUT, _TIMEOUT),
        (FaultKind.MISCONFIGURED, r"invalid url \(|api_not_implemented"),
        (FaultKind.EXPIRED, r"task_not_exist|task not found|ResourceNotFound"),
        (FaultKind.UNSUPPORTED_PARAM, r"node:value_not_in_list"),
        (FaultKind.BAD_REQUEST, _BAD_REQUEST),
    )
)

_STATUSES = {
    400: FaultKind.BAD_REQUEST,
    401: FaultKind.AUTH,
    402: FaultKind.QUOTA,
    403: FaultKind.PERMISSION,
    404: FaultKind.MISCONFIGURED,
    405: FaultKind.MISCONFIGURED,
    408: FaultKind.TIMEOUT,
    413: FaultKind.TOO_LARGE,
    429: FaultKind.RATE_LIMITED,
    501: FaultKind.MISCONFIGURED,
    504: FaultKind.TIMEOUT,
    522: FaultKind.TIMEOUT,
    524: FaultKind.TIMEOUT,
}


def classify(
    message: str,
    status: int | None = None,
    circumstances: Circumstances | None = None,
    *,
    codes: AbstractSet[str] = frozenset(),
) -> FaultKind:
    """Say what a refusal means. Codes beat the message, and that beats the status.

    What it quotes of the prompt says nothing; `codes` are the gateway's own words in any case.
    """
    known = circumstances or Circumstances()
    told = " ".join((without(message, known.prompt), *sorted(codes)))
    coded = _first(_CODE_RULES, lambda pattern: any(map(pattern.fullmatch, codes)))
    if coded:
        return coded
    if _MODERATION.search(told):
        return _moderation_stage(told, known)
    if found := _first(_RULES, lambda pattern: pattern.search(told)):
        return found
    if status == _NOT_FOUND and known.names_model and told.strip():
        return FaultKind.MODEL_GONE
    return _kind_of(status)


def _kind_of(status: int | None) -> FaultKind:
    if status is None or status < _FIRST_REDIRECT:
        return FaultKind.UNKNOWN
    if status < _FIRST_ERROR:
        return FaultKind.MISCONFIGURED
    other = FaultKind.UPSTREAM if status >= _FIRST_SERVER_ERROR else FaultKind.BAD_REQUEST
    return _STATUSES.get(status, other)


def _first(
    table: tuple[tuple[FaultKind, re.Pattern[str]], ...],
    fits: Callable[[re.Pattern[str]], object],
) -> FaultKind | None:
    return next((kind for kind, pattern in table if fits(pattern)), None)


def _moderation_stage(message: str, circumstances: Circumstances) -> FaultKind:
    if _PROMPT_AT_FAULT.search(message):
        return FaultKind.MODERATION_PROMPT
    shows_image = circumstances.has_images and _IMAGE_AT_FAULT.search(message)
    if shows_image or _IMAGE_SURELY_AT_FAULT.search(message):
        return FaultKind.MODERATION_INPUT_IMAGE
    late = circumstances.begun or (circumstances.fraction or 0) >= _LATE_FRACTION
    output = _OUTPUT_AT_FAULT.search(message) and not _EITHER_AT_FAULT.search(message)
    if late or circumstances.seconds >= _EARLY_SECONDS or output:
        return FaultKind.MODERATION_OUTPUT
    return FaultKind.MODERATION_PROMPT
