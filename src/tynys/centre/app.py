"""The two applications of the centre: one for gateways, one for everybody."""

from __future__ import annotations

from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import msgspec
from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from starlette.routing import Route

from tynys.centre import problems
from tynys.centre.api import assurance, decisions, explain, imports, line, places, series, service, shapes
from tynys.centre.api.assurance import AssuranceShape, CountersShape
from tynys.centre.api.by_hand import PATHS
from tynys.centre.api.explain_shapes import ExplanationShape
from tynys.centre.intake_routes import IntakeRoutes

if TYPE_CHECKING:
    from tynys.centre.programme import Centre

DESCRIPTION = """Emissions of registered sources: live values, readings, averages with all their revisions, and the state of the line.

Times are RFC 3339 UTC; spans are half-open. Every answer that carries simulated data says so. Every failure is an RFC 9457 problem."""


def create_public_app(centre: Centre) -> FastAPI:
    """The application for people and programs: the public API, to which the pages are added."""
    app = public_routes()
    app.state.centre = centre
    return app


def public_routes() -> FastAPI:
    """The public API without a centre behind it, enough to describe it."""
    app = FastAPI(
        title="Tynys", version=version("tynys"), description=DESCRIPTION, docs_url=None, redoc_url=None, openapi_url="/api/v1/openapi.json"
    )
    app.state.html_error = None
    problems.install(app)
    for module in (places, assurance, series, explain, line, decisions, imports, service):
        app.include_router(module.router)
    app.router.routes.append(Route("/api/v1/stream", service.stream, methods=["GET"]))
    app.openapi = lambda: document(app)  # type: ignore[method-assign]
    return app


def create_intake_app(centre: Centre) -> FastAPI:
    """The application for gateways."""
    app = FastAPI(title="Tynys intake", version=version("tynys"), docs_url=None, redoc_url=None, openapi_url=None)
    app.state.centre = centre
    problems.install(app)
    app.router.routes.extend(IntakeRoutes(centre).routes())
    return app


def document(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI 3.1 document: routes by FastAPI, shapes by msgspec, intake and stream by hand."""
    if app.openapi_schema is None:
        schema = get_openapi(title=app.title, version=app.version, openapi_version="3.1.0", description=app.description, routes=app.routes)
        answers = (*shapes.ALL, ExplanationShape, AssuranceShape, CountersShape)
        _, components = msgspec.json.schema_components(answers, ref_template="#/components/schemas/{name}")
        schema.setdefault("components", {}).setdefault("schemas", {}).update(components)
        for name in ("HTTPValidationError", "ValidationError"):
            schema["components"]["schemas"].pop(name, None)
        schema["paths"] = {path: item for path, item in schema["paths"].items() if path.startswith("/api/")} | PATHS
        app.openapi_schema = schema
    return app.openapi_schema
