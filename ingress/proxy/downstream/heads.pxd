cimport cython

@cython.final
@cython.freelist(64)
cdef class Request:
    cdef public object head, framing
    cdef public bytes received
    cdef public bint expects_continue, keep_alive


cpdef read_request(bytes raw, dropped)
