"""What fal publishes of an endpoint: its input and output as OpenAPI, in the parts that matter."""

import re
from collections.abc import Iterator, Mapping
from typing import Annotated

import httpx
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from core.errors import CatalogError
from core.settings import read_account

_ROOT = "https://fal.ai"
_PATH = "/api/openapi/queue/openapi.json"
_ENDPOINT = re.compile(r"\w[\w.-]*(?:/\w[\w.-]*)+")
_TIMEOUT_SECONDS = 20.0
_NOT_FOUND = 404


class JsonSchema(BaseModel):
    """One schema; what says nothing to us is not read."""

    model_config = ConfigDict(frozen=True)

    ref: Annotated[str, Field(alias="$ref")] = ""
    type: str | list[str] = ""
    enum: tuple[object, ...] = ()
    const: object = None
    default: object = None
    minimum: float | None = None
    maximum: float | None = None
    max_items: Annotated[int | None, Field(alias="maxItems")] = None
    any_of: Annotated[tuple["JsonSchema", ...], Field(alias="anyOf")] = ()
    one_of: Annotated[tuple["JsonSchema", ...], Field(alias="oneOf")] = ()
    all_of: Annotated[tuple["JsonSchema", ...], Field(alias="allOf")] = ()
    properties: Mapping[str, "JsonSchema"] = {}
    required: tuple[str, ...] = ()

    def is_of(self, kind: str) -> bool:
        return kind in ([self.type] if isinstance(self.type, str) else self.type)


class _Media(BaseModel):
    schema_: Annotated[JsonSchema, Field(alias="schema")] = JsonSchema()


class _Body(BaseModel):
    content: Mapping[str, _Media] = {}


class _Operation(BaseModel):
    body: Annotated[_Body, Field(alias="requestBody")] = _Body()
    responses: Mapping[str, _Body] = {}


class _Components(BaseModel):
    schemas: Mapping[str, JsonSchema] = {}


class _Document(BaseModel):
    paths: Mapping[str, Mapping[str, _Operation]] = {}
    components: _Components = _Components()


class EndpointPage(BaseModel):
    """One endpoint.

    Attributes:
        given, made: its input and its output, without references.
    """

    endpoint: str
    given: JsonSchema
    made: JsonSchema
    schemas: Mapping[str, JsonSchema]

    def forms(self, schema: JsonSchema) -> Iterator[JsonSchema]:
        """All that a value may be: where there are several forms, each of them but null."""
        named = self.schemas.get(schema.ref.rpartition("/")[2]) if schema.ref else None
        inner = (*schema.any_of, *schema.one_of, *schema.all_of, *((named,) if named else ()))
        if not inner and not schema.is_of("null"):
            yield schema
        for each in inner:
            yield from self.forms(each)


def read_page(endpoint: str, raw: bytes) -> EndpointPage:
    """Find input and output of an endpoint in its document.

    Raises:
        CatalogError: it does not have them.
    """
    try:
        document = _Document.model_validate_json(raw)
    except (ValidationError, RecursionError) as error:
        raise CatalogError(f"{endpoint}: fal's description of it cannot be read") from error
    schemas = document.components.schemas
    asked = document.paths.get(f"/{endpoint}", {}).get("post", _Operation())
    told = document.paths.get(f"/{endpoint}/requests/{{request_id}}", {}).get("get", _Operation())
    given = _named(schemas, asked.body)
    if not given.properties:
        raise CatalogError(f"{endpoint}: fal's description of it has no input")
    made = _named(schemas, told.responses.get("200", _Body()))
    return EndpointPage(endpoint=endpoint, given=given, made=made, schemas=schemas)


def _named(schemas: Mapping[str, JsonSchema], body: _Body) -> JsonSchema:
    schema = body.content.get("application/json", _Media()).schema_
    return schemas.get(schema.ref.rpartition("/")[2], schema)


def fetch_page(endpoint: str) -> EndpointPage:
    """Ask fal for it, without a key; at FAL_BASE_URL, where that is set.

    Raises:
        CatalogError: there is no such endpoint, or nothing answers that can be read.
    """
    if not endpoint:
        raise CatalogError("Say which endpoint of fal, such as fal:fal-ai/ltx-2.3")
    if not _ENDPOINT.fullmatch(endpoint):
        raise CatalogError(f"{endpoint}: is no endpoint of fal, which look like fal-ai/ltx-2.3")
    root = (read_account("FAL").base_url or _ROOT).rstrip("/")
    try:
        reply = httpx.get(
            f"{root}{_PATH}",
            params={"endpoint_id": endpoint},
            timeout=_TIMEOUT_SECONDS,
            follow_redirects=True,
        )
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise CatalogError(f"{root} cannot be reached: {error}") from error
    if reply.status_code == _NOT_FOUND:
        raise CatalogError(f"{endpoint}: fal has no such endpoint")
    if not reply.is_success:
        raise CatalogError(f"{root} answers with {reply.status_code}")
    return read_page(endpoint, reply.content)
