"""Writes docs/configuration.md from the table of options in ``ingress.cli.options``."""

from collections.abc import Iterator

from ingress.cli.options import OPTIONS, Option
from scripts.tree import ROOT

PAGE = ROOT / "docs" / "configuration.md"

_HEAD = """\
# Configuration of `ingress run`

Every option is a flag and an environment variable; the flag wins. A flag that may be given several
times takes a list in the environment, separated by commas; an empty variable counts as none. A
value that cannot be read ends the command with exit code 2, the name of the flag or variable, and
the mend. Commands that serve nothing take those of these options that concern them.

Durations are written `500ms`, `30s`, `1m30s`; sizes in bytes, `65536`, `64Ki`, `1Mi`. `:8080`
listens on every IPv4 address of the machine, `[::]:8080` on every IPv6 one, and port 0 picks a
free port. Written by `make format` from `ingress/cli/options.py`.
"""


def page() -> str:
    """Return the page as it should be."""
    return "\n".join([_HEAD, *_sections()]).rstrip("\n") + "\n"


def _sections() -> Iterator[str]:
    for panel in dict.fromkeys(option.panel for option in OPTIONS):
        yield f"## {panel}\n\n| flag | variable | value | default | |\n|---|---|---|---|---|"
        yield from (_row(option) for option in OPTIONS if option.panel == panel)
        yield ""


def _row(option: Option) -> str:
    flag = f"`{option.flag}`" + (f", `{option.short}`" if option.short else "")
    form = option.kind.form + ("; several times" if option.many else "")
    default = f"`{option.default}`" if option.default else ""
    words = option.kind.metavar.replace("|", "`, `") if "words" in form else ""
    form = f"`{words}`" if words else form
    return f"| {flag} | `{option.variable}` | {form} | {default} | {option.doc} |"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
