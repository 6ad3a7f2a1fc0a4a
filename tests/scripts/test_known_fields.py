"""The table of known fields, made of JSON schemas."""

import json

from scripts.known_fields import ROOTS, TABLE, table

PREFIX = "#/$defs/"


def test_types_follow_references() -> None:
    definitions = {
        definition: {
            "properties": {
                "spec": {"$ref": f"{PREFIX}io.k8s.Spec"},
                "time": {"$ref": f"{PREFIX}io.k8s.Time"},
                "labels": {"additionalProperties": {}},
            }
        }
        for definition in ROOTS.values()
    }
    definitions["io.k8s.Spec"] = {
        "properties": {"rules": {"items": {"$ref": f"{PREFIX}io.k8s.Spec"}}}
    }
    definitions["io.k8s.Time"] = {}
    made = table(definitions)
    assert made["roots"]["v1 Service"] == "Service"
    assert made["types"]["Service"] == {"spec": "Spec", "time": None, "labels": None}
    assert made["types"]["Spec"] == {"rules": "Spec"}


def test_the_table_holds_every_type_that_it_names() -> None:
    made = json.loads(TABLE.read_text())
    named = {kind for fields in made["types"].values() for kind in fields.values() if kind}
    assert named | set(made["roots"].values()) <= made["types"].keys()
