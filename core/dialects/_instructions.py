"""What a model is told about how to behave.

Source: docs/gateways.md, "Answers in a form".
"""

import json

from core.catalog import ChatModel
from core.talk import Question


def system_text(model: ChatModel, question: Question) -> str:
    """How the model is to behave; without the word JSON some write white space for ever."""
    if question.schema is None or model.structured == "schema":
        return question.system
    form = json.dumps(question.schema.schema, ensure_ascii=False)
    return "\n\n".join(
        filter(None, (question.system, f"Answer with one JSON object of this JSON schema: {form}"))
    )
