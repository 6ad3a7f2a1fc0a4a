cimport cython


@cython.final
@cython.freelist(64)
@cython.no_gc
cdef class AccessRecord:
    cdef public str at, request_id, client, scheme, method, host, target, version, referer
    cdef public str user_agent, ingress, service, upstream
    cdef public object generation, upstream_duration, failure
    cdef public int status, tries
    cdef public long long bytes_in, bytes_out
    cdef public double duration
    cdef public tuple failed_tries


@cython.final
cdef class Recorder:
    cdef object _clock
    cdef tuple _listeners
    cdef long long _milliseconds
    cdef str _moment

    cpdef now(self)
    cpdef add(self, AccessRecord record)
