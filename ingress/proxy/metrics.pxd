cimport cython

@cython.final
cdef class Meter:
    cdef object _series
    cdef list _classes, _buckets
    cdef double _seconds

    cpdef count(self, Py_ssize_t status, double seconds)
    cpdef read(self)


@cython.final
cdef class Metrics:
    cdef public Py_ssize_t connections
    cdef object _counts
    cdef dict _meters

    cpdef add(self, record)
    cdef _fail(self, key)
