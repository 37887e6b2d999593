"""How the gateway says no: error envelopes, pages of proxies, and the words for them."""

import json
import secrets
import time
from collections.abc import Callable, Mapping
from functools import partial

from starlette.responses import HTMLResponse, JSONResponse, Response

from sandbox.orders.order import Kind, PaidOrder

VALIDATION = 422
TASK_KINDS = frozenset({Kind.NEWAPI, Kind.V2, Kind.VIDEOS})
CONSOLE_PAGE = (
    '<!doctype html><html lang="zh"><head><meta charset="utf-8"><title>Sandbox API</title></head>'
    '<body><div id="root">You need to enable JavaScript to run this app.</div></body></html>'
)
BAD_GATEWAY_PAGE = (
    "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>"
    "502 Bad Gateway</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"
)
TIMEOUT_PAGE = (
    '<!DOCTYPE html><html lang="en-US"><head><title>sandbox | 524: A timeout occurred</title>'
    "</head><body><h1>A timeout occurred <span>Error code 524</span></h1></body></html>"
)


class RefusalError(Exception):
    """The gateway refuses; nothing was paid."""

    def __init__(self, response: Response) -> None:
        super().__init__(response.status_code)
        self.response = response


def openai_error(status: int, message: str, *, kind: str, code: str | None) -> JSONResponse:
    """The envelope of everything that is judged before a task exists."""
    request_id = f"{time.strftime('%Y%m%d%H%M%S')}{secrets.token_hex(8)}"
    error = {
        "message": f"{message} (request id: {request_id})",
        "type": kind,
        "param": "",
        "code": code,
    }
    return JSONResponse({"error": error}, status, {"x-oneapi-request-id": request_id})


def task_error(status: int, code: str, message: str) -> JSONResponse:
    """The envelope of the task paths."""
    return JSONResponse({"code": code, "message": message, "data": None}, status)


def ark_error(status: int, code: str, message: str) -> JSONResponse:
    """The envelope of Seedance, which is passed on from behind the gateway."""
    error = {"code": code, "message": f"{message} Request id: {secrets.token_hex(16)}"}
    return JSONResponse({"error": {**error, "param": "", "type": "BadRequest"}}, status)


def openrouter_error(status: int, message: str, **metadata: object) -> JSONResponse:
    """The envelope of OpenRouter."""
    more = {"metadata": metadata} if metadata else {}
    return JSONResponse({"error": {"code": status, "message": message, **more}}, status)


def xai_error(status: int, code: str, message: str) -> JSONResponse:
    """The envelope of xAI, whose codes are sentences."""
    return JSONResponse({"code": code, "error": message}, status)


def minimax_error(status: int, code: str, message: str) -> JSONResponse:
    """The envelope of MiniMax; the number that counts ends the message."""
    error = {"type": code, "message": message, "http_code": str(status)}
    return JSONResponse({"type": "error", "error": error, "request_id": "r-1"}, status)


def dashscope_error(status: int, code: str, message: str) -> JSONResponse:
    """The envelope of DashScope."""
    return JSONResponse({"code": code, "message": message, "request_id": "r-1"}, status)


def google_error(status: int, code: str, message: str) -> JSONResponse:
    """The envelope of Google, which is sometimes in a list."""
    return JSONResponse([{"error": {"code": status, "message": message, "status": code}}], status)


def comfy_error(status: int, kind: str, message: str, **wrong: object) -> JSONResponse:
    """The envelope of ComfyUI; `wrong` is what is wrong with which node."""
    error = {"type": kind, "message": message, "details": ""}
    return JSONResponse({"error": error, "node_errors": wrong}, status)


def comfy_node_error(node: str, kind: str, message: str, details: str) -> dict[str, object]:
    """What is wrong with a node, by its id."""
    error = {"type": kind, "message": message, "details": details}
    return {node: {"errors": [error], "dependent_outputs": [node], "class_type": ""}}


def replicate_error(status: int, title: str, detail: str) -> JSONResponse:
    """The envelope of Replicate."""
    return JSONResponse({"title": title, "detail": detail, "status": status}, status)


def fal_error(status: int, kind: str, message: str, *place: str) -> JSONResponse:
    """The envelope of fal: a list where a model refuses, a sentence where the queue does."""
    listed = [{"loc": ["body", *place], "msg": message, "type": kind, "url": "https://docs/"}]
    body = {"detail": listed} if status == VALIDATION else {"detail": message, "error_type": kind}
    return JSONResponse(body, status, {"X-Fal-Error-Type": kind})


def invalid(kind: Kind, message: str) -> RefusalError:
    """A request that does not fit the model."""
    if refuse := _OWN.get(kind, {}).get("invalid"):
        return RefusalError(refuse(message))
    if kind in TASK_KINDS:
        return RefusalError(task_error(400, "invalid_request", message))
    if kind is Kind.SEEDANCE:
        return RefusalError(ark_error(400, "InvalidParameter", message))
    error = openai_error(400, message, kind="invalid_request_error", code="invalid_request")
    return RefusalError(error)


def invalid_key(message: str = "无效的令牌") -> Response:
    """The key is missing or wrong."""
    return openai_error(401, message, kind="new_api_error", code="")


def no_channel(model: str) -> Response:
    """Nobody knows the model."""
    message = f"分组 default 下模型 {model} 无可用渠道（distributor）"
    return openai_error(503, message, kind="new_api_error", code="model_not_found")


def unplayable(protocol: str) -> Response:
    """The model is known, but only by a protocol that the sandbox does not speak."""
    message = (
        f"The sandbox cannot play the protocol `{protocol}` of this model; "
        "set a real key to use it."
    )
    error = {"message": message, "type": "invalid_request_error", "param": "", "code": None}
    return JSONResponse({"error": error}, 400)


def overloaded(retry_seconds: float) -> Response:
    """Too much to do just now; the request was not accepted."""
    message = "当前分组上游负载已饱和，请稍后再试"
    error = {"message": message, "type": "one_api_error", "param": "", "code": None}
    return JSONResponse({"error": error}, 429, {"Retry-After": f"{retry_seconds:g}"})


def _auth(_: PaidOrder) -> Response:
    return invalid_key()


def _quota(order: PaidOrder) -> Response:
    if order.kind in TASK_KINDS:
        return task_error(403, "insufficient_user_quota", "用户额度不足")
    return openai_error(403, "用户额度不足", kind="new_api_error", code="insufficient_user_quota")


def _forbidden(order: PaidOrder) -> Response:
    return openai_error(403, f"该令牌无权访问模型 {order.model}", kind="new_api_error", code="")


def _gone(order: PaidOrder) -> Response:
    return no_channel(order.model)


def _limited(_: PaidOrder) -> Response:
    message = "您已达到请求数限制：1分钟内最多请求5次"
    return openai_error(429, message, kind="new_api_error", code="")


def _html(_: PaidOrder) -> Response:
    return HTMLResponse(CONSOLE_PAGE)


def _error_200(order: PaidOrder) -> Response:
    if order.kind in TASK_KINDS:
        return task_error(200, "invalid_request", "prompt is required")
    return JSONResponse({"code": 500, "msg": "This interface is temporarily paused"})


def _fail_prompt(order: PaidOrder) -> Response:
    if order.kind in TASK_KINDS:
        return task_error(400, "sensitive_words_detected", "user sensitive words detected")
    if order.kind is Kind.SEEDANCE:
        message = "The request failed because the input text may contain sensitive information."
        return ark_error(400, "InputTextSensitiveContentDetected", message)
    message = "PUBLIC_ERROR_UNSAFE_GENERATION"
    return openai_error(400, message, kind="upstream_error", code="prompt_blocked")


FLAGGED = "The content could not be processed: it was flagged by a content checker."
_INVALID = "Client specified an invalid argument"
_FAILED = "Prompt outputs failed validation"
_OPENROUTER: Mapping[str, Callable[[str], Response]] = {
    "invalid": partial(openrouter_error, 400),
    "auth": lambda _: openrouter_error(401, "No auth credentials found"),
    "quota": lambda _: openrouter_error(402, "Insufficient credits. Add more to continue."),
    "gone": lambda model: openrouter_error(404, f"No endpoints found for {model}."),
    "limited": lambda _: openrouter_error(429, "Rate limit exceeded"),
    "fail-prompt": lambda model: openrouter_error(
        403,
        f"{model} requires moderation. Your input was flagged.",
        reasons=["violence"],
        flagged_input="a cat",
        provider_name="Sandbox",
    ),
}
_OWN: Mapping[Kind, Mapping[str, Callable[[str], Response]]] = {
    Kind.MINIMAX: {
        "invalid": lambda why: minimax_error(
            400, "bad_request_error", f"invalid params, {why} (2013)"
        ),
        "auth": lambda _: minimax_error(401, "authorized_error", "login fail (1004)"),
        "quota": lambda _: minimax_error(
            402, "insufficient_balance_error", "insufficient balance (1008)"
        ),
        "limited": lambda _: minimax_error(429, "rate_limit_error", "rate limit (1002)"),
        "fail-prompt": lambda _: minimax_error(
            422, "unprocessable_entity_error", "prompt contains sensitive content (1026)"
        ),
    },
    Kind.DASHSCOPE: {
        "invalid": partial(dashscope_error, 400, "InvalidParameter"),
        "auth": lambda _: dashscope_error(401, "InvalidApiKey", "Invalid API-key provided."),
        "quota": lambda _: dashscope_error(
            400, "Arrearage", "Access denied, please make sure your account is in good standing."
        ),
        "gone": lambda model: dashscope_error(404, "ModelNotFound", f"{model} does not exist."),
        "limited": lambda _: dashscope_error(429, "Throttling.RateQuota", "Requests throttled."),
        "fail-prompt": lambda _: dashscope_error(
            400, "DataInspectionFailed", "Input data may contain inappropriate content."
        ),
    },
    Kind.OMNI: {
        "invalid": partial(google_error, 400, "INVALID_ARGUMENT"),
        "auth": lambda _: google_error(
            400, "INVALID_ARGUMENT", "API key not valid. Please pass a valid API key."
        ),
        "quota": lambda _: google_error(
            429, "RESOURCE_EXHAUSTED", "You exceeded your current quota."
        ),
        "gone": lambda model: google_error(
            404, "NOT_FOUND", f"models/{model} is not found for API version v1beta"
        ),
        "fail-prompt": lambda _: google_error(
            400, "INVALID_ARGUMENT", "The request was blocked due to safety: SAFETY"
        ),
    },
    Kind.COMFYUI: {
        "invalid": partial(comfy_error, 400, "invalid_prompt"),
        "gone": lambda model: comfy_error(
            400,
            "prompt_outputs_failed_validation",
            _FAILED,
            **comfy_node_error(
                "1", "value_not_in_list", "Value not in list", f"ckpt_name: '{model}' not in ['a']"
            ),
        ),
        "html": lambda _: HTMLResponse("500 Internal Server Error", 500),
    },
    Kind.OPENROUTER: _OPENROUTER,
    Kind.OPENROUTER_IMAGES: _OPENROUTER,
    Kind.REPLICATE: {
        "invalid": partial(replicate_error, VALIDATION, "Input validation failed"),
        "auth": lambda _: replicate_error(
            401, "Unauthenticated", "You did not pass a valid authentication token"
        ),
        "quota": lambda _: replicate_error(
            402, "Insufficient credit", "You have insufficient credit to run this model."
        ),
        "gone": lambda _: replicate_error(
            404, "Not found", "The requested resource could not be found."
        ),
        "limited": lambda _: replicate_error(429, "Too many requests", "Request was throttled."),
        "fail-prompt": lambda _: replicate_error(
            VALIDATION, "Input validation failed", "The input was flagged as sensitive. (E005)"
        ),
    },
    Kind.FAL: {
        "invalid": partial(fal_error, VALIDATION, "value_error"),
        "auth": lambda _: fal_error(401, "unauthorized", "No user found for Key ID and Secret"),
        "quota": lambda _: fal_error(
            403, "forbidden", "User is locked. Reason: Exhausted balance. Top up your balance."
        ),
        "gone": lambda model: fal_error(404, "not_found", f"Application '{model}' not found"),
        "limited": lambda _: fal_error(429, "concurrent_requests_limit", "Too many requests"),
        "fail-prompt": lambda _: fal_error(
            VALIDATION, "content_policy_violation", FLAGGED, "prompt"
        ),
    },
    Kind.XAI: {
        "invalid": partial(xai_error, 400, _INVALID),
        "auth": lambda _: xai_error(400, _INVALID, "Incorrect API key provided: sa***ox."),
        "quota": lambda _: xai_error(
            403, "The caller does not have permission", "Your team has no credits left."
        ),
        "gone": lambda model: xai_error(
            404,
            "Some requested entity was not found",
            f"The model {model} does not exist or your team does not have access to it.",
        ),
        "limited": lambda _: xai_error(429, "Some resource has been exhausted", "Slow down."),
        "fail-prompt": lambda _: xai_error(
            400, _INVALID, "The prompt was rejected by content moderation."
        ),
    },
}
"""What hosts with envelopes of their own say; by the message, or the name of the model."""

REFUSALS: dict[str, Callable[[PaidOrder], Response]] = {
    "auth": _auth,
    "quota": _quota,
    "forbidden": _forbidden,
    "gone": _gone,
    "limited": _limited,
    "html": _html,
    "error-200": _error_200,
    "fail-prompt": _fail_prompt,
}


def compact(body: object) -> bytes:
    """JSON as the gateways write it."""
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


def refuse_as_told(word: str, order: PaidOrder) -> Response:
    """What a #word of REFUSALS makes of an order, in the words of its protocol."""
    own = _OWN.get(order.kind, {}).get(word)
    return own(order.model) if own else REFUSALS[word](order)
