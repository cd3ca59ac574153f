"""The open data interface, read from its own OpenAPI document, so that page and program cannot differ."""

from __future__ import annotations

from itertools import groupby
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
    routes.sort(key=lambda route: (route["tag"], route["path"]))
    context = {
        "heading": spoken(request).t("foot.api"),
        "described": document["info"]["description"],
        "document_href": request.app.openapi_url,
        "groups": [(tag, list(members)) for tag, members in groupby(routes, key=lambda route: route["tag"])],
    }
    return site.page(request, "interface.html", context, simulated=simulated)


def route_of(path: str, method: str, operation: dict[str, Any]) -> dict[str, Any]:
    """One route as the page shows it, with a link where nothing needs to be said."""
    parameters = [(each["name"], each.get("description", ""), bool(each.get("required"))) for each in operation.get("parameters", ())]
    return {
        "path": path,
        "method": method.upper(),
        "tag": operation.get("tags", [""])[0],
        "text": operation.get("description", ""),
        "parameters": parameters,
        "href": path if method == "get" and not parameters and path.startswith("/api/") else "",
    }
