"""nginx in a folder of its own, as a proxy and as the upstream of all."""

import os
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from benchmarks import tools
from benchmarks.processes import free_ports, running

SIZES = {"/1k": 1024, "/100k": 102_400}


def run(folder: Path, *, config: str, ports: Sequence[int]) -> AbstractContextManager[int]:
    """Run nginx with one worker, given what its http block holds."""
    for name in ("client", "proxy", "fastcgi", "uwsgi", "scgi"):
        (folder / name).mkdir()
    (folder / "nginx.conf").write_text(_frame(folder, config=config))
    return running(
        [tools.find("nginx"), "-p", folder, "-c", folder / "nginx.conf", "-e", "stderr"],
        env=tools.environment(),
        log=folder / "log",
        ports=ports,
    )


@contextmanager
def run_upstream(folder: Path) -> Iterator[int]:
    """Run the upstream, which answers with pages of the known sizes; give its port."""
    (port,) = free_ports(1)
    (folder / "pages").mkdir()
    for path, size in SIZES.items():
        (folder / "pages" / path[1:]).write_bytes(b"x" * size)
    config = f"""\
  open_file_cache max=16;
  sendfile on;
  access_log off;
  server {{
    listen 127.0.0.1:{port};
    root {folder / "pages"};
  }}
"""
    with run(folder, config=config, ports=(port,)):
        yield port


def _frame(folder: Path, *, config: str) -> str:
    # As root, nginx would give its worker another user, who may not read the folder.
    user = "user root;\n" if os.geteuid() == 0 else ""
    return f"""\
{user}daemon off;
worker_processes 1;
pid {folder / "pid"};
error_log stderr error;
events {{ worker_connections 4096; }}
http {{
  keepalive_requests 100000000;
  client_body_temp_path {folder / "client"};
  proxy_temp_path {folder / "proxy"};
  fastcgi_temp_path {folder / "fastcgi"};
  uwsgi_temp_path {folder / "uwsgi"};
  scgi_temp_path {folder / "scgi"};
{config}}}
"""
