"""The FastAPI application of the admin API: its routers, its OpenAPI document, and errors in the one envelope. It
authenticates nobody: `page.py` does, before a body is read."""

from __future__ import annotations

from pathlib import Path

from fastapi import FastAPI, Request, Response, Security
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute
from fastapi.security import HTTPBearer
from starlette.exceptions import HTTPException

from shoal.errors import MethodNotAllowed, NotFound, RequestError, ShoalError
from shoal.gateway.admin import auth, keys, limits, organisations, people, records
from shoal.gateway.admin.shapes import ErrorShown
from shoal.gateway.envelope import error_headers, error_wire
from shoal.identity import bounds
from shoal.identity.administration import Administration
from shoal.identity.limit_admin import Known
from shoal.identity.sign_in import SignIn

OPENAPI = "/v1/shoal/openapi.json"
ROUTERS = (
    keys.router,
    people.teams,
    people.users,
    organisations.router,
    limits.limits,
    limits.budgets,
    limits.increases,
    organisations.events,
    records.router,
    auth.router,
)


def build(
    desk: Administration, sign_in: SignIn | None, audit: Path | None, version: str, known: Known | None = None
) -> FastAPI:
    """The application; without `sign_in` nobody can sign in. `audit` is the folder of the audit log, if any; `known`
    what the settings have."""
    app = FastAPI(
        title="Shoal admin API",
        version=version,
        openapi_url=OPENAPI,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        responses={"4XX": {"model": ErrorShown}, "5XX": {"model": ErrorShown}},
        dependencies=[Security(HTTPBearer(auto_error=False, description="an API key"))],
        exception_handlers={
            ShoalError: _refused,
            RequestValidationError: _invalid,
            HTTPException: _missed,
        },
    )
    app.state.desk = desk
    app.state.known = known or Known()
    app.state.sign_in = sign_in
    app.state.records = None if audit is None else records.Records(audit)
    for router in ROUTERS:
        app.include_router(router)
    return app


def _answer(error: ShoalError) -> Response:
    headers = {name.decode(): value.decode() for name, value in error_headers(error)}
    return JSONResponse(error_wire(error), error.status, headers)


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, ShoalError)  # or this is not called
    return _answer(error)


async def _invalid(request: Request, error: Exception) -> Response:
    """Validation is a 400 that names the field and never quotes what was sent."""
    assert isinstance(error, RequestValidationError)  # or this is not called
    fault = error.errors()[0]
    place = [str(step) for step in fault["loc"]]
    field = ".".join(step for step in place[1:] if not step.startswith("function-"))[:200]
    where = f"'{field}' in the {place[0]}" if field else f"the {place[0]}"
    pattern = fault.get("ctx", {}).get("pattern")
    said = bounds.PLAINLY if pattern in (bounds.WORD, bounds.TAG_TEXT) else fault["msg"][:200]
    return _answer(RequestError(f"{where} is not right: {said}", param=field or None))


async def _missed(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # or this is not called
    if error.status_code == 405:
        refused = MethodNotAllowed("this path takes another method: see /v1/shoal/openapi.json")
        refused.allowed = _methods(request.url.path)
        return _answer(refused)
    if error.status_code == 404:
        return _answer(NotFound("this path is not served: see /v1/shoal/openapi.json"))
    return _answer(RequestError("the body cannot be read: send a JSON object with 'content-type: application/json'"))


def _methods(path: str) -> tuple[str, ...]:
    """What may be asked of that path, by whichever of its routes."""
    routes = [route for router in ROUTERS for route in router.routes if isinstance(route, APIRoute)]
    return tuple(sorted({method for route in routes if route.path_regex.match(path) for method in route.methods or ()}))
