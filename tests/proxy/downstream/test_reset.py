import asyncio

import pytest

from ingress.proxy.downstream.reset import abort_with_reset


async def connected():
    accepted = asyncio.get_running_loop().create_future()
    server = await asyncio.start_server(lambda _, writer: accepted.set_result(writer), "127.0.0.1")
    port = server.sockets[0].getsockname()[1]
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    server.close()
    return reader, writer, (await accepted).transport


async def test_a_rude_end_is_no_clean_end():
    reader, writer, transport = await connected()
    transport.write(b"half a body")
    abort_with_reset(transport)
    with pytest.raises(ConnectionResetError):
        await reader.readexactly(100)
    writer.close()
    abort_with_reset(transport)
