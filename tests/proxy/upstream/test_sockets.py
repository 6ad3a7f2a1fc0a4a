import asyncio
import socket

from ingress.proxy.upstream.sockets import last_words, readiness


async def joined():
    ours, theirs = socket.socketpair()
    transport, _ = await asyncio.get_running_loop().create_connection(asyncio.Protocol, sock=ours)
    transport.pause_reading()
    return transport, theirs


async def test_whatever_waits_to_be_read_is_seen_and_stays():
    transport, theirs = await joined()
    poll = readiness(transport)
    assert not poll.poll(0)
    theirs.send(b"x")
    assert poll.poll(0)
    assert poll.poll(0)
    assert list(last_words(transport)) == [b"x"]
    assert not poll.poll(0)
    theirs.close()
    assert poll.poll(0)
    assert list(last_words(transport)) == []
    transport.abort()


async def test_last_words_are_bounded():
    transport, theirs = await joined()
    theirs.settimeout(0)
    theirs.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1_000_000)
    sent = theirs.send(b"x" * 1_000_000)
    assert sum(map(len, last_words(transport))) == min(sent, 256 * 1024)
    transport.abort()
    theirs.close()
