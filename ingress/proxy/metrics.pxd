cimport cython


@cython.final
cdef class Metrics:
    cdef public Py_ssize_t connections
    cdef object _counts
    cdef dict _series

    @cython.locals(classes=dict, buckets=list, status_class=cython.int)
    cpdef add(self, record)
    cdef _fail(self, key)
