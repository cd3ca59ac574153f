"""The open data interface, read from its own OpenAPI document, so that page and program cannot differ."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tynys.web.site import spoken

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from tynys.web.site import Site


async def page(site: Site, request: Request) -> Response:
    """Answer ``/api/v1/docs``; the descriptions are the document's own, in English."""
    simulated = (await site.queries.nation()).simulated
    document: dict[str, Any] = request.app.openapi()
    routes = [route_of(path, method, operation) for path, item in document["paths"].items() for method, operation in item.items()]
    groups: dict[str, list[dict[str, Any]]] = {}
    for route in routes:
        groups.setdefault(route["tag"], []).append(route)
    context = {
        "heading": spoken(request).t("foot.api"),
        "described": document["info"]["description"],
        "document_href": request.app.openapi_url,
        "groups": groups,
    }
    return site.page(request, "interface.html", context, simulated=simulated)


def route_of(path: str, method: str, operation: dict[str, Any]) -> dict[str, Any]:
    """One route as the page shows it, with a link where nothing needs to be said."""
    parameters = [
        (each["name"], words(each.get("description", "")), bool(each.get("required"))) for each in operation.get("parameters", ())
    ]
    return {
        "path": path,
        "method": method.upper(),
        "tag": operation.get("tags", [""])[0],
        "text": words(operation.get("description", "")),
        "parameters": parameters,
        "href": path if method == "get" and not parameters and path.startswith("/api/") else "",
    }


def words(text: str) -> str:
    """A description without the marks it has as Markdown."""
    return text.replace("`", "")
