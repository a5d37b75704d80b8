"""What is wrong with a request, as problem+json (RFC 9457) that names the parameter."""

import json

from flask import Response


class BadParameter(Exception):
    """A parameter that is refused. ``status``: 400 for whatever stands in an address, and for a body that cannot be read; 422
    for a value in a body that makes no sense."""

    def __init__(self, name: str, sentence: str, status: int = 400):
        super().__init__(sentence)
        self.name, self.sentence, self.status = name, sentence, status


def problem(status: int, title: str, detail: str, parameter: str = "") -> Response:
    """The answer."""
    content = {"type": "about:blank", "title": title, "status": status, "detail": detail}
    if parameter:
        content["parameter"] = parameter
    return Response(json.dumps(content, ensure_ascii=False), status, content_type="application/problem+json")
