import socket
import ssl
import struct

from ingress.proxy.tls.misdialled import answer_plain_text


def accepted():
    """Return a client, and what the server has after its ``GET``, which failed as a handshake."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        client = socket.create_connection(door.getsockname(), 10)
        connection, _ = door.accept()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    wrapped = context.wrap_socket(connection, server_side=True, do_handshake_on_connect=False)
    return client, wrapped


def test_the_answer_is_http_in_clear_text_and_the_last_word():
    client, connection = accepted()
    with client:
        client.sendall(b"GET / HTTP/1.1\r\n\r\n")
        answer_plain_text(connection)
        with client.makefile("rb") as stream:
            head, _, page = stream.read().partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 400 ")
    assert f"Content-Length: {len(page)}".encode() in head
    assert connection.fileno() == -1


def test_a_client_that_left_is_no_matter():
    client, connection = accepted()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    client.close()
    answer_plain_text(connection)
    assert connection.fileno() == -1
