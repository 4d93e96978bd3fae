"""Whatever the OpenAPI document allows, and much that it does not, gets an answer that the document describes: no 5xx.
The requests are made by schemathesis, the same ones every time."""

from __future__ import annotations

from typing import Any

import pytest
import schemathesis
from fastapi.routing import APIRoute
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import response_schema_conformance, status_code_conformance

from shoal.gateway.admin.app import OPENAPI, ROUTERS
from tests.gateway.admin.conftest import Api
from tests.waiting import SOON_S

CHECKS = (not_a_server_error, response_schema_conformance, status_code_conformance)
EXAMPLES = 12
THINGS: dict[str, dict[str, Any]] = {
    "keys": {"name": "thing {}"},
    "users": {"name": "thing {}"},
    "teams": {"id": "thing-{}", "name": "thing"},
    "organisations": {"id": "thing-{}", "name": "thing"},
    "limits": {"name": "thing-{}", "requests": "5/hour"},
    "budgets": {"name": "thing-{}", "usd": 5},
}
ROUTES = sorted(
    (method, route.path)
    for router in ROUTERS
    for route in router.routes
    if isinstance(route, APIRoute)
    for method in route.methods or ()
)


@pytest.fixture(scope="module")
def schema(api: Api) -> schemathesis.schemas.BaseSchema:
    headers = {"authorization": f"Bearer {api.root}"}
    return schemathesis.openapi.from_url(f"{api.house.url}{OPENAPI}", headers=headers, timeout=SOON_S)


def test_the_document_needs_a_key_and_is_openapi_3_1(api: Api) -> None:
    assert api("GET", "/openapi.json").json()["openapi"].startswith("3.1")
    assert api("GET", "/openapi.json", "sk-shoal-x-y").status_code == 401
    assert "HTTPValidationError" not in api("GET", "/openapi.json").text


@pytest.mark.parametrize(("method", "path"), ROUTES, ids=lambda value: str(value))
@pytest.mark.parametrize("mode", ["positive", "negative"])
def test_no_request_breaks_it(
    api: Api, schema: schemathesis.schemas.BaseSchema, method: str, path: str, mode: str
) -> None:
    operation = schema[path][method]
    cases = operation.as_strategy(generation_mode=schemathesis.GenerationMode(mode))
    headers = {"authorization": f"Bearer {api.root}"}

    @settings(
        max_examples=EXAMPLES,
        derandomize=True,
        database=None,
        deadline=None,
        phases=(Phase.explicit, Phase.generate),
        suppress_health_check=list(HealthCheck),
    )
    @given(case=cases)
    def check(case: schemathesis.Case[Any]) -> None:
        kind = path.split("/")[3]
        if mode == "positive" and "{id}" in path and kind in THINGS:
            # Half of them ask for something that is there.
            next_one = next(api.numbers)
            if next_one % 2:
                body = {
                    name: value.format(next_one) if isinstance(value, str) else value
                    for name, value in THINGS[kind].items()
                }
                case.path_parameters = {"id": api.made(f"/{kind}", body)["id"]}
        case.call_and_validate(headers=headers, timeout=SOON_S, checks=list(CHECKS))

    check()
