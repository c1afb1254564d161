"""functions.json: the catalogue as Office.js reads it, by Microsoft's own schemas."""

import json
import re
from pathlib import Path

import jsonschema
import pytest

from places import DATA
from xlcost.catalogue import BY_NAME, FUNCTIONS
from xlcost.hosts import officejs

GENERATED = Path(officejs.__file__).parents[1] / "addin" / "functions.json"
TEXT, YES_OR_NO = {"type": "string"}, {"type": "boolean"}
SHAPE = {"enum": ["scalar", "matrix"]}


def record(required, **fields):
    return {"type": "object", "properties": fields, "required": required, "additionalProperties": False}


# What custom-functions.schema.json of developer.microsoft.com/json-schemas/office-js demanded in August 2026, in short.
ARGUMENT = record(
    ["name"],
    name=TEXT,
    description=TEXT,
    dimensionality=SHAPE,
    type={"enum": ["any", "string", "number", "boolean"]},
    optional=YES_OR_NO,
)
FUNCTION = record(
    ["id", "name", "parameters", "result"],
    id=TEXT,
    name=TEXT,
    description=TEXT,
    helpUrl=TEXT,
    options=record([], cancelable=YES_OR_NO, stream=YES_OR_NO, requiresAddress=YES_OR_NO, volatile=YES_OR_NO),
    parameters={"type": "array", "items": ARGUMENT},
    result={"type": "object", "properties": {"dimensionality": SHAPE}},
)
PUBLISHED = record(["functions"], functions={"type": "array", "items": FUNCTION}, **{"$schema": TEXT})
each_function = pytest.mark.parametrize("spec", FUNCTIONS, ids=lambda spec: spec.name)


@pytest.fixture(scope="module")
def metadata():
    return json.loads(GENERATED.read_text(encoding="utf-8"))


def schema(name):
    """A published schema; Python writes "a letter of any script" in another way."""
    return json.loads(
        (DATA / name).read_text(encoding="utf-8").replace("[\\\\p{L}]", "[^\\\\W\\\\d_]").replace("\\\\p{L}", "\\\\w")
    )


def test_the_rules_of_the_published_schema_hold(metadata):
    jsonschema.Draft4Validator(PUBLISHED).validate(metadata)


def test_the_manifest_schema_holds(metadata):
    """The same functions inside a unified manifest, where names and texts have bounds."""
    jsonschema.Draft4Validator(schema("officejs_manifest.schema.json")).validate({"functions": metadata["functions"]})


@pytest.mark.parametrize(
    "wrong",
    [{"id": 1}, {"parameters": [{"type": "any"}]}, {"parameters": [{"name": "x", "repeating": True}]}, {"extra": 1}],
    ids=["id", "no name", "repeating", "extra"],
)
def test_those_rules_refuse_what_it_does_not_know(metadata, wrong):
    functions = [metadata["functions"][0] | wrong]
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft4Validator(PUBLISHED).validate({"functions": functions})


@pytest.mark.parametrize("wrong", [{"name": "A1 B"}, {"name": "1ST"}, {"description": ""}, {"id": "AB"}], ids=str)
def test_the_manifest_schema_refuses_names_and_texts_out_of_bounds(metadata, wrong):
    functions = [metadata["functions"][0] | wrong]
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft4Validator(schema("officejs_manifest.schema.json")).validate({"functions": functions})


def test_every_function_is_there_once(metadata):
    assert [entry["id"] for entry in metadata["functions"]] == list(BY_NAME)
    assert all(entry["name"] == entry["id"] for entry in metadata["functions"])


@each_function
def test_names_follow_the_rules_of_excel(spec):
    """custom-functions-naming: letters, digits, points and underscores, a letter first, 128 characters at most."""
    assert re.fullmatch(r"[A-Za-z][A-Za-z0-9._]{2,127}", spec.name)


@each_function
def test_arguments_are_those_of_the_function(metadata, spec):
    entry = next(e for e in metadata["functions"] if e["id"] == spec.name)
    names = [p["name"] for p in entry["parameters"]]
    required = [p["name"] for p in entry["parameters"] if not p.get("optional")]
    fixed = [p.name for p in spec.parameters if not p.rest]
    assert names[: len(fixed)] == fixed
    assert required == [p.name for p in spec.parameters if p.required and not p.rest]
    assert len(set(names)) == len(names)
    first_optional = len(required)
    assert all(p.get("optional") for p in entry["parameters"][first_optional:]), "optional arguments stand last"


def test_explain_takes_as_many_arguments_as_any_function_has(metadata):
    """The published schema knows no repeating argument."""
    entry = next(e for e in metadata["functions"] if e["id"] == "EXPLAIN")
    most = max(len(spec.parameters) for spec in FUNCTIONS)
    assert [p["name"] for p in entry["parameters"]] == ["function_name", *(f"arguments{i + 1}" for i in range(most))]


def test_every_argument_takes_a_cell_or_a_range_and_every_result_may_spill(metadata):
    for entry in metadata["functions"]:
        for part in (*entry["parameters"], entry["result"]):
            assert (part["type"], part["dimensionality"]) == ("any", "matrix")
