cimport cython


@cython.final
cdef class Memory:
    cdef dict _known
    cdef object _read
    cdef Py_ssize_t _most

    cpdef of(self, key)
    cdef _learn(self, key)
