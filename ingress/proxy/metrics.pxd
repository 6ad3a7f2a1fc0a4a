cimport cython

@cython.final
cdef class Metrics:
    cdef public Py_ssize_t connections
    cdef object _counts

    cpdef add(self, record)
    cdef _fail(self, key)
