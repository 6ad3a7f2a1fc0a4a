cimport cython
from ingress.proxy.record cimport AccessRecord

cdef _line(AccessRecord record)
cdef Py_ssize_t _text_of(AccessRecord record)


@cython.final
cdef class AccessLogWriter:
    cdef public Py_ssize_t dropped
    cdef object _format, _output, _records, _closed, _thread
    cdef bint _off
    cdef Py_ssize_t _text

    @cython.locals(waiting=cython.Py_ssize_t)
    cpdef add(self, AccessRecord record)
