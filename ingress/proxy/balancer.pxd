cimport cython

@cython.final
cdef class Balancer:
    cdef Py_ssize_t _start
    cdef dict _last

    cpdef choose(self, backend, client)
    cdef _of(self, tuple endpoints, backend, client)
