"""Which files hold manifests, and what is said of those that cannot be read."""

import os
from pathlib import Path

import pytest

from ingress.model.verdict import Reason, Verdict
from ingress.sources.manifests import files
from ingress.sources.manifests.files import ONCE, decoded, file_ref, listing, read_text, unreadable


def names(path: Path) -> list[str]:
    return [str(Path(found.path).relative_to(path)) for found in listing(str(path)).files]


def test_folders_are_read_to_the_bottom_in_order(tmp_path: Path) -> None:
    for name in ("b.yaml", "a.yml", "c/d/e.json", "c/.hidden.yaml", ".git/x.yaml", "README.md"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    assert names(tmp_path) == ["a.yml", "b.yaml", "c/d/e.json"]
    assert listing(f"{tmp_path}/").files == listing(str(tmp_path)).files


def test_a_file_given_by_name_may_have_any_name(tmp_path: Path) -> None:
    file = tmp_path / "manifest.txt"
    file.write_text("a: 1")
    (found,) = listing(str(file)).files
    assert found.path == str(file)
    assert found.stamp[2] == 4


def test_loops_of_links_end(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "x.yaml").touch()
    (tmp_path / "a" / "up").symlink_to(tmp_path)
    (tmp_path / "self.yaml").symlink_to("self.yaml")
    (tmp_path / "dangling.yaml").symlink_to("nowhere")
    found = listing(str(tmp_path))
    assert names(tmp_path) == ["a/x.yaml"]
    assert {Path(link).name for link in found.links} == {"up", "self.yaml", "dangling.yaml"}
    (said,) = found.verdicts
    assert said.subject == file_ref(str(tmp_path / "self.yaml"))


def test_a_path_that_is_missing(tmp_path: Path) -> None:
    (said,) = listing(str(tmp_path / "nowhere")).verdicts
    assert said.reason is Reason.UNREADABLE_FILE
    assert "no such file" in said.message


def test_a_pipe_in_a_folder_is_no_manifest_but_a_given_one_is_read_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.yaml")
    assert names(tmp_path) == []
    (found,) = listing(str(tmp_path / "pipe.yaml")).files
    assert found.stamp[2:] == ONCE


def test_folders_without_permission(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0)
    try:
        if os.access(closed, os.R_OK):
            pytest.skip("running as root, whom no permission stops")
        (said,) = listing(str(tmp_path)).verdicts
        assert "permission denied" in said.message
    finally:
        closed.chmod(0o700)


def test_text(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_bytes("\ufeffa: ä\n".encode())
    assert read_text(str(file)) == "a: ä\n"


def test_what_is_no_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said = decoded("x.yaml", "a: 1\nb: ä".encode("latin-1"))
    assert isinstance(said, Verdict)
    assert "not UTF-8 text (line 2)" in said.message
    said = read_text(str(tmp_path))
    assert isinstance(said, Verdict)
    assert "is a directory" in said.message
    monkeypatch.setattr(files, "MAX_FILE_BYTES", 2)
    said = decoded("x.yaml", b"a: 1")
    assert isinstance(said, Verdict)
    assert "larger" in said.message


def test_reasons_of_our_own() -> None:
    said = unreadable("x", "Because", "Do it.")
    assert said.message == "x cannot be read: because"
    assert said.mend == "Do it."
