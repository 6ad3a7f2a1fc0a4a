cimport cython
from ingress.proxy.record cimport AccessRecord


@cython.final
cdef class Metrics:
    cdef public Py_ssize_t connections
    cdef object _counts
    cdef dict _series

    @cython.locals(
        classes=dict, buckets=list, status_class=cython.int,
        duration=cython.double, bound=cython.double, at=cython.Py_ssize_t
    )
    cpdef add(self, AccessRecord record)
    cdef _fail(self, key)
