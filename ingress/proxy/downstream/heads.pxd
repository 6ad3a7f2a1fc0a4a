cimport cython
from ingress.model.messages cimport RequestHead

@cython.final
@cython.freelist(64)
cdef class Request:
    cdef public RequestHead head
    cdef public object framing
    cdef public bytes received
    cdef public bint expects_continue, keep_alive


cpdef read_request(bytes raw, dropped)
