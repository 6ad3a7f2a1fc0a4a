cimport cython
from ingress.model.memory cimport Memory

cdef Memory _members, _options


@cython.final
@cython.no_gc
cdef class Options:
    cdef readonly bint close, keep_alive, upgrade
    cdef readonly frozenset fields


@cython.final
@cython.freelist(64)
@cython.no_gc
cdef class RequestHead:
    cdef readonly str method, host, authority, path, target
    cdef readonly object port
    cdef readonly dict known
    cdef readonly Options options
    cdef readonly tuple version
    cdef readonly bytes kept


@cython.locals(said=list)
cpdef Options options_of(dict known)
cpdef bytes first_value(dict known, str key)
cpdef frozenset tokens_of(bytes value)
