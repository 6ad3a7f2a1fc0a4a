from cli.commands import EXAMPLES, ingress

from ingress.cli.hosts import lines


def test_hosts_are_lines_and_wildcards_are_comments_that_say_why():
    assert list(lines(["www.a.b", "*.a.b", "a.b", ""], address="::1")) == [
        "::1 a.b",
        "# *.a.b: /etc/hosts knows no wildcards; name each host, as in: ::1 www.a.b",
        "::1 www.a.b",
    ]


def test_the_address_is_the_users(tmp_path):
    done = ingress("hosts", "-f", EXAMPLES / "06-two-hosts", "--address", "192.0.2.7")
    assert done.stdout == "192.0.2.7 gasbugs.com\n192.0.2.7 dict.gasbugs.com\n"
    broken = tmp_path / "broken.yaml"
    broken.write_text("a: [")
    done = ingress("hosts", "-f", broken)
    assert (done.returncode, done.stdout) == (1, "")
    assert "InvalidYAML" in done.stderr
