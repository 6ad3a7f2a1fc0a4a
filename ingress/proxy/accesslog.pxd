cimport cython

@cython.final
cdef class AccessLogWriter:
    cdef public Py_ssize_t dropped
    cdef object _format, _output, _records, _closed, _thread
    cdef bint _off

    cpdef add(self, record)
