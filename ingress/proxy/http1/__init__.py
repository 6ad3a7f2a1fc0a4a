"""HTTP/1.1 as bytes, the same on both sides: heads, chunks, framings. No I/O.

Heads are scanned in C where the build is a compiled one, and by ``http1.fields`` where it is not.
"""

try:
    from ingress.proxy.http1.scan import Sieve, read_head, read_request_line
except ModuleNotFoundError:
    from ingress.proxy.http1.fields import Sieve, read_head, read_request_line

__all__ = ["Sieve", "read_head", "read_request_line"]
