cimport cython


@cython.final
@cython.freelist(64)
@cython.no_gc
cdef class Head:
    cdef readonly bytes start, kept
    cdef readonly dict known
    cdef readonly bint repeated
    cdef readonly Py_ssize_t count, size
