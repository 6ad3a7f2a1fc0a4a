cimport cython
from ingress.proxy.upstream.requests cimport RequestBody


@cython.final
cdef class Upload:
    cdef public long long consumed
    cdef public object patience
    cdef public bint whole
    cdef public RequestBody body
    cdef object _framing, _max_bytes, _trailers, _link
    cdef long long _received
    cdef list _held

    cpdef receive(self, bytes data)
    cpdef end(self, trailers)
    cpdef begin(self, link)
    cpdef stop(self)
    cdef _pass(self, link, bytes data)
    cdef _write(self, link, bytes data)
