cimport cython
from ingress.proxy.http1.fields cimport Head
from ingress.proxy.downstream.heads cimport check_request_line, request_of

@cython.final
cdef class HeadScanner:
    cdef public bytes rest
    cdef object _sieve
    cdef Py_ssize_t _max_bytes
    cdef bytearray _buffer
    cdef bint _line_checked, _skipped

    @cython.locals(size=cython.Py_ssize_t, whole=cython.bint, read=Head)
    cpdef feed(self, bytes data)
    cdef _check_size(self, Py_ssize_t size)
    cdef _check_line(self)
