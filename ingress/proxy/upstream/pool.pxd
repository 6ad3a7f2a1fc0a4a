from ingress.proxy.upstream.link cimport Link


cdef class Upstreams:
    cdef object _settings, _loop, _retained, _sweeper, _gone
    cdef set _all, _dialling
    cdef dict _idle, _stacks

    cpdef Link take(self, endpoint)
    cpdef _on_idle(self, Link link)
    cpdef _on_lost(self, Link link)
    cdef _forget(self, Link link)
    cdef _discard(self, Link link)
    cpdef _sweep(self)
