from pathlib import PurePosixPath

from scripts.mirror import findings, place_of_test

CODE = "def work(): ...\n"


def test_where_tests_belong():
    assert _place("ingress/settings.py") == "tests/test_settings.py"
    assert _place("ingress/compiler/annotations/_own.py") == (
        "tests/compiler/annotations/test_own.py"
    )
    assert _place("scripts/mirror.py") == "tests/scripts/test_mirror.py"


def test_a_module_without_tests(plant):
    root = plant({"ingress/model/a.py": CODE, "pyproject.toml": ""})
    assert list(findings(root)) == ["ingress/model/a.py: has no tests/model/test_a.py"]


def test_nouns_and_packages_need_no_place_their_own(plant):
    root = plant(
        {"ingress/a.py": "class A: ...\n", "ingress/__init__.py": CODE, "pyproject.toml": ""}
    )
    assert list(findings(root)) == []


def test_tests_without_a_module(plant):
    root = plant({"tests/model/test_gone.py": "", "pyproject.toml": ""})
    assert list(findings(root)) == ["tests/model/test_gone.py: tests no module of that name"]


def test_exceptions_have_reasons(plant):
    root = plant(
        {
            "ingress/a.py": CODE,
            "tests/wire/test_bytes.py": "",
            "pyproject.toml": """\
            [tool.house.untested]
            "ingress/a.py" = ""
            [tool.house.beyond]
            "tests/wire" = "both sides"
            """,
        }
    )
    assert list(findings(root)) == ["pyproject.toml: ingress/a.py is excepted without a reason"]


def test_exceptions_go_out_of_date(plant):
    root = plant(
        {
            "ingress/a.py": CODE,
            "tests/test_a.py": "",
            "pyproject.toml": """\
            [tool.house.untested]
            "ingress/a.py" = "hard"
            "ingress/gone.py" = "hard"
            """,
        }
    )
    assert list(findings(root)) == [
        "pyproject.toml: ingress/gone.py is excepted, and not there",
        "pyproject.toml: ingress/a.py is excepted, and has its test",
    ]


def _place(module):
    return place_of_test(PurePosixPath(module))
