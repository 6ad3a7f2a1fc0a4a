import stat
import subprocess

import pytest

from ingress.issuer.folder import Folder
from ingress.issuer.keys import IssuerError, Pair
from ingress.model.secret import SecretBytes

PAIR = Pair(b"certificate", SecretBytes(b"key"))
OTHER = Pair(b"another certificate", SecretBytes(b"another key"))


def mode(path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_what_is_written_is_private_and_read_again(tmp_path):
    folder = Folder(tmp_path / "deep" / "certs")
    certificate, key = folder.write("a.b", PAIR, force=False)
    assert (certificate.name, key.name) == ("a.b.crt", "a.b.key")
    assert mode(certificate) == mode(key) == 0o600
    assert mode(folder.path) == 0o700
    assert folder.read("a.b") == PAIR


def test_git_sees_nothing_of_it(tmp_path):
    folder = Folder(tmp_path / "certs")
    folder.write("ca", PAIR, force=False)
    assert folder.ignores_itself
    subprocess.run(["git", "init", "--quiet"], cwd=tmp_path, check=True)
    status = ["git", "status", "--porcelain", "--untracked-files=all"]
    seen = subprocess.run(status, cwd=tmp_path, check=True, capture_output=True)
    assert seen.stdout == b""


def test_a_folder_that_was_there_gets_no_gitignore(tmp_path):
    (tmp_path / "mine.txt").touch()
    folder = Folder(tmp_path)
    folder.write("ca", PAIR, force=False)
    assert not folder.ignores_itself


@pytest.mark.parametrize(("text", "ignores"), [("*.log\n", False), ("# all\n*\n", True)])
def test_a_gitignore_that_was_there_is_read(tmp_path, text, ignores):
    (tmp_path / ".gitignore").write_text(text)
    assert Folder(tmp_path).ignores_itself is ignores


@pytest.mark.parametrize("there", ["ca.crt", "ca.key"])
def test_nothing_is_overwritten_without_force(tmp_path, there):
    folder = Folder(tmp_path)
    (tmp_path / there).write_bytes(b"old")
    with pytest.raises(IssuerError, match=there) as caught:
        folder.write("ca", PAIR, force=False)
    assert "--force" in caught.value.mend
    assert [path.name for path in tmp_path.iterdir()] == [there]
    assert (tmp_path / there).read_bytes() == b"old"


def test_a_dangling_link_is_not_written_through(tmp_path):
    folder = Folder(tmp_path / "certs")
    folder.path.mkdir()
    (folder.path / "ca.key").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(IssuerError):
        folder.write("ca", PAIR, force=False)
    folder.write("ca", PAIR, force=True)
    assert not (tmp_path / "elsewhere").exists()
    assert folder.read("ca") == PAIR


def test_force_replaces_both_and_leaves_nothing_else(tmp_path):
    folder = Folder(tmp_path / "certs")
    folder.write("ca", PAIR, force=False)
    (folder.path / "ca.crt").chmod(0o644)
    certificate, _ = folder.write("ca", OTHER, force=True)
    assert folder.read("ca") == OTHER
    assert mode(certificate) == 0o600
    assert sorted(path.name for path in folder.path.iterdir()) == [".gitignore", "ca.crt", "ca.key"]


def test_a_missing_pair_names_the_command_that_makes_it(tmp_path):
    with pytest.raises(IssuerError, match=r"ca\.crt") as caught:
        Folder(tmp_path).read("ca")
    assert "ingress certs ca" in caught.value.mend
