"""multipart/form-data: read, and told in JSON for those who look behind the scenes."""

from dataclasses import dataclass, field
from email.parser import BytesParser
from email.policy import HTTP

from pydantic import JsonValue


@dataclass(frozen=True, slots=True, kw_only=True)
class MultipartPart:
    """One part of a form; `filename` is empty for a text."""

    name: str
    filename: str
    mime: str
    content: bytes = field(repr=False)

    @property
    def text(self) -> str:
        return self.content.decode("utf-8", "replace")


def is_form(content_type: str) -> bool:
    return content_type.lower().startswith("multipart/form-data")


def read_form(content_type: str, raw: bytes) -> list[MultipartPart]:
    """The parts in their order; none when it is no form."""
    head = f"Content-Type: {content_type}\r\n\r\n".encode("latin-1", "replace")
    form = BytesParser(policy=HTTP).parsebytes(head + raw)
    return [
        MultipartPart(
            name=str(part.get_param("name", "", header="content-disposition")),
            filename=part.get_filename() or "",
            mime=part.get_content_type(),
            content=bytes(part.get_payload(decode=True) or b""),
        )
        for part in form.iter_parts()
    ]


def describe_form(content_type: str, raw: bytes) -> JsonValue:
    """The texts as they are, of a file only what it is."""
    told: dict[str, list[JsonValue]] = {}
    for part in read_form(content_type, raw):
        about: dict[str, JsonValue] = {
            "filename": part.filename,
            "type": part.mime,
            "size_bytes": len(part.content),
        }
        told.setdefault(part.name, []).append(about if part.filename else part.text)
    return {name: values[0] if len(values) == 1 else values for name, values in told.items()}
