from scripts.dead import findings

NOTHING = {"pyproject.toml": "[tool.house]\n"}


def test_what_nothing_uses(plant):
    root = plant({"ingress/a.py": "def gone():\n    return 1\n", **NOTHING})
    assert list(findings(root)) == ["ingress/a.py:1: nothing uses the function gone"]


def test_a_test_is_no_use(plant):
    root = plant(
        {
            "ingress/a.py": "def gone():\n    return 1\n",
            "tests/test_a.py": "from ingress.a import gone\ngone()\n",
            **NOTHING,
        }
    )
    assert len(list(findings(root))) == 1


def test_fields_are_data(plant):
    root = plant({"ingress/a.py": "class A:\n    field: int\n\nA()\n", **NOTHING})
    assert list(findings(root)) == []


def test_exceptions_and_their_end(plant):
    root = plant(
        {
            "ingress/a.py": "def hook():\n    return 1\n",
            "pyproject.toml": '[tool.house.alive]\nhook = "called by name"\ngone = "was"\n',
        }
    )
    assert list(findings(root)) == ["pyproject.toml: gone is excepted, and not dead or not there"]
