"""Prints the OpenAPI document, as it is frozen in the reference: ``python -m tynys.centre.openapi``."""

from __future__ import annotations

import json
import sys

from tynys.centre.app import document, public_routes


def frozen() -> str:
    """The document as text, without the version of this build."""
    told = document(public_routes())
    told["info"]["version"] = "1"
    return json.dumps(told, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


if __name__ == "__main__":
    sys.stdout.write(frozen())
