import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from ingress.control.listening import ListenError, address_of, listen, listen_balanced
from ingress.settings import ListenAddress

ANY = ListenAddress("127.0.0.1", 0)


def closed(listeners: list[socket.socket]) -> None:
    for listener in listeners:
        listener.close()


def test_several_addresses_and_ports_that_are_picked() -> None:
    listeners = listen([ANY, ANY], flag="--http")
    ports = {address_of(listener).port for listener in listeners}
    closed(listeners)
    assert len(ports) == 2
    assert 0 not in ports


def test_ipv6_and_ipv4_share_a_port() -> None:
    (four,) = listen([ANY], flag="--http")
    port = address_of(four).port
    (six,) = listen([ListenAddress("::1", port)], flag="--http")
    assert str(address_of(six)) == f"[::1]:{port}"
    closed([four, six])


def test_an_address_in_use_names_flag_and_mend_and_leaves_nothing_open() -> None:
    holder = listen([ANY], flag="--http")
    free = listen([ANY], flag="--http")
    taken, other = address_of(holder[0]), address_of(free[0])
    closed(free)
    with pytest.raises(ListenError) as caught:
        listen([other, taken], flag="--https")
    message = str(caught.value)
    assert message.startswith(f"--https {taken}: Address already in use: another program")
    assert "--https 127.0.0.1:0 picks a free one" in message
    closed(listen([other], flag="--https"))  # the one that was bound before the error is free
    closed(holder)


def test_every_process_has_sockets_of_its_own_at_the_same_addresses() -> None:
    processes = listen_balanced([ANY, ListenAddress("::1", 0)], flag="--http", copies=3)
    addresses = [[address_of(one) for one in each] for each in processes]
    assert addresses[0] == addresses[1] == addresses[2]
    assert len({one.fileno() for each in processes for one in each}) == 6
    for each in processes:
        closed(each)


def test_connections_are_spread_evenly() -> None:
    processes = listen_balanced([ANY], flag="--http", copies=2)
    address = address_of(processes[0][0])
    clients = [socket.create_connection(address) for _ in range(200)]
    counts = [len(list(accepted(each[0]))) for each in processes]
    closed(clients)
    for each in processes:
        closed(each)
    assert sum(counts) == 200
    assert min(counts) > 50, "far outside of what chance does to a fair coin"


def accepted(listener: socket.socket) -> Iterator[None]:
    while True:
        try:
            connection, _ = listener.accept()
        except BlockingIOError:
            return
        connection.close()
        yield


@pytest.mark.parametrize("copies", [1, 2])
def test_nobody_shares_an_address_unasked(copies: int) -> None:
    ours = listen_balanced([ANY], flag="--http", copies=copies)
    for theirs in (1, 2):
        with pytest.raises(ListenError, match="Address already in use"):
            listen_balanced([address_of(ours[0][0])], flag="--http", copies=theirs)
    for each in ours:
        closed(each)


def test_an_address_that_is_not_ours() -> None:
    with pytest.raises(ListenError, match=r"--admin 192\.0\.2\.1:9: .*no network interface"):
        listen([ListenAddress("192.0.2.1", 9)], flag="--admin")


UNPRIVILEGED = """
import os
from ingress.control.listening import ListenError, listen
from ingress.settings import ListenAddress
if os.geteuid() == 0:
    os.setuid(65534)
try:
    listen([ListenAddress("127.0.0.1", 80)], flag="--http")
except ListenError as error:
    print(error)
"""


def test_a_port_that_needs_a_privilege() -> None:
    lowest = int(Path("/proc/sys/net/ipv4/ip_unprivileged_port_start").read_text())
    if lowest <= 80:
        pytest.skip("on this machine every user may bind port 80")
    run = [sys.executable, "-c", UNPRIVILEGED]
    said = subprocess.run(run, capture_output=True, text=True, check=True, timeout=30).stdout
    assert said.startswith("--http 127.0.0.1:80: Permission denied: this user may not")
    assert "--http 127.0.0.1:8080" in said
