"""nginx in a folder of its own, as a proxy and as the upstream of all."""

import os
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from benchmarks import tools
from benchmarks.processes import free_ports, running

SIZES = {"/1k": 1024, "/100k": 102_400, "/10m": 10_485_760}


def run(folder: Path, *, config: str, ports: Sequence[int]) -> AbstractContextManager[int]:
    """Run nginx with one worker, given what its http block holds."""
    for name in ("client", "proxy", "fastcgi", "uwsgi", "scgi"):
        (folder / name).mkdir()
    (folder / "nginx.conf").write_text(frame(folder, config=config))
    return running(
        [tools.find("nginx"), "-p", folder, "-c", folder / "nginx.conf", "-e", "stderr"],
        env=tools.environment(),
        log=folder / "log",
        ports=ports,
    )


@contextmanager
def run_upstream(folder: Path, *, echo: int) -> Iterator[int]:
    """Run the upstream, and give its port.

    It answers with pages of the known sizes, reads what is sent to /upload before it answers, and
    passes /echo to a WebSocket server of ours: the proxies need to know one upstream only.
    """
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
    location = /upload {{
      client_max_body_size 0;
      client_body_buffer_size 2m;
      proxy_pass http://127.0.0.1:{port}/uploaded;
      proxy_pass_request_body off;
      proxy_set_header Content-Length "";
      proxy_set_header X-Length $request_length;
    }}
    location = /uploaded {{ return 200 "uploaded $http_x_length"; }}
    location = /echo {{
      proxy_pass http://127.0.0.1:{echo};
      proxy_http_version 1.1;
      proxy_set_header Upgrade $http_upgrade;
      proxy_set_header Connection upgrade;
    }}
  }}
"""
    with run(folder, config=config, ports=(port,)):
        yield port


def frame(folder: Path, *, config: str) -> str:
    """Return a whole configuration around what its http block holds."""
    # As root, nginx would give its worker another user, who may not read the folder.
    user = "user root;\n" if os.geteuid() == 0 else ""
    return f"""\
{user}daemon off;
worker_processes 1;
pid {folder / "pid"};
error_log stderr error;
events {{ worker_connections 16384; }}
http {{
  keepalive_requests 100000000;
  client_body_temp_path {folder / "client"};
  proxy_temp_path {folder / "proxy"};
  fastcgi_temp_path {folder / "fastcgi"};
  uwsgi_temp_path {folder / "uwsgi"};
  scgi_temp_path {folder / "scgi"};
{config}}}
"""
