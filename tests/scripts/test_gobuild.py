import shutil
from pathlib import Path

import pytest

from scripts.gobuild import Module, build, find_go

GO_MOD = "module hello\n\ngo 1.20\n\nrequire example.com/pinned/v2 v2.3.4 // indirect\n"
MAIN = 'package main\n\nvar who = "nobody"\n\nfunc main() { print("hello " + who) }\n'


@pytest.fixture
def module(plant):
    return Module(plant({"go.mod": GO_MOD, "main.go": MAIN}), "example.com/pinned/v2")


def test_a_version_is_read_from_go_mod(module):
    assert module.version == "2.3.4"
    assert module.stamp == b"example.com/pinned/v2\tv2.3.4"


def test_a_version_that_go_mod_lacks(module):
    with pytest.raises(ValueError, match=r"requires no example\.com/other"):
        _ = module._replace(path="example.com/other").version


@pytest.mark.skipif(shutil.which("go") is None, reason="there is no Go in PATH")
class TestWithGo:
    def test_go_of_the_path_will_do(self, module, tmp_path):
        assert find_go(module.folder / "go.mod", cache=tmp_path / "cache") == Path(
            shutil.which("go")
        )

    def test_a_program_is_put_there_whole(self, module, tmp_path, capsys):
        into = tmp_path / "bin" / "hello"
        go = Path(shutil.which("go"))
        build(".", folder=without_requirement(module), into=into, go=go)
        assert [file.name for file in into.parent.iterdir()] == ["hello"]
        assert into.stat().st_mode & 0o111
        assert "hello: built" in capsys.readouterr().err

    def test_what_cannot_be_built_says_why_and_leaves_nothing(self, module, tmp_path):
        (module.folder / "main.go").write_text("package main\n\nfunc main() { nonsense }\n")
        into = tmp_path / "bin" / "hello"
        go = Path(shutil.which("go"))
        with pytest.raises(SystemExit, match=r"(?s)hello cannot be built:.*undefined: nonsense"):
            build(".", folder=without_requirement(module), into=into, go=go)
        assert list(into.parent.iterdir()) == []


def without_requirement(module):
    (module.folder / "go.mod").write_text("module hello\n\ngo 1.20\n")
    return module.folder
