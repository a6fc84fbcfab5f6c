"""The description of the JSON API: it is valid, and says what the API does."""

from __future__ import annotations

import pytest
import requests
from openapi_spec_validator import validate

from emailapi.sandbox.events import BOUNCE_TYPES, CAUSES
from emailapi.sandbox.faults import Faults
from emailapi.sandbox.inbox_api import PREFIX
from emailapi.sandbox.inbox_api.view import OPERATIONS
from emailapi.sandbox.resetting import check_kept
from emailapi.sandbox.simulation import Events

from .conftest import DESCRIPTION

SCHEMAS = DESCRIPTION["components"]["schemas"]


def _resolved(parameter):
    return (
        DESCRIPTION["components"]["parameters"][parameter["$ref"].rpartition("/")[2]]
        if "$ref" in parameter
        else parameter
    )


@pytest.mark.slow
def test_the_description_is_valid():
    validate(DESCRIPTION)


def test_it_has_exactly_the_operations_parameters_and_fields_of_the_api():
    found, ids = {}, []
    for path, item in DESCRIPTION["paths"].items():
        for method in item.keys() - {"parameters"}:
            operation = item[method]
            ids.append(operation["operationId"])
            parameters = [_resolved(each) for each in (*item.get("parameters", ()), *operation.get("parameters", ()))]
            body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
            if body is not None and "$ref" in body:
                body = SCHEMAS[body["$ref"].rpartition("/")[2]]
            assert {each["name"] for each in parameters if each["in"] == "path"} == {
                part[1:-1] for part in path.split("/") if part.startswith("{")
            }
            found[method.upper(), path] = (
                {each["name"] for each in parameters if each["in"] == "query"},
                None if body is None else {*body["properties"]},
                operation.get("security", DESCRIPTION["security"]) != [],
            )
    assert found == {
        (each.method, each.path.replace("<int:", "<").replace("<", "{").replace(">", "}")): (
            {*each.query},
            None if each.body is None else {*each.body},
            each.needs_token,
        )
        for each in OPERATIONS
    }
    assert len(ids) == len(set(ids))


def _methods(kind):
    return {name for name in vars(kind) if not name.startswith("_")}


def test_it_names_each_event_each_fault_and_each_part_of_a_reset():
    assert {*SCHEMAS["NewEvent"]["properties"]["type"]["enum"]} == _methods(Events)
    assert {*SCHEMAS["Event"]["properties"]["cause"]["enum"]} == {*CAUSES, None}
    assert {*SCHEMAS["NewFault"]["properties"]["type"]["enum"]} == _methods(Faults)
    keep = DESCRIPTION["paths"]["/reset"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    assert len(check_kept(keep["properties"]["keep"]["items"]["enum"])) == 12
    assert "SoftBounce" in BOUNCE_TYPES


def test_it_requires_no_token(sandbox):
    assert requests.get(f"{sandbox.url}{PREFIX}/openapi.json", timeout=60).json() == DESCRIPTION
