cimport cython

cdef Py_ssize_t _CHUNK, _DIGITS


@cython.final
cdef class RequestIds:
    cdef str _digits
    cdef Py_ssize_t _at

    @cython.locals(at=cython.Py_ssize_t)
    cpdef str new(self)
