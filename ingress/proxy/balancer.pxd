cimport cython


@cython.final
@cython.no_gc
cdef class _Rotation:
    cdef tuple endpoints
    cdef Py_ssize_t at


@cython.final
cdef class Balancer:
    cdef Py_ssize_t _start
    cdef dict _rotations

    cpdef choose(self, backend, client)
    @cython.locals(rotation=_Rotation)
    cdef _of(self, tuple endpoints, backend, client)
