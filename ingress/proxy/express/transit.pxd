cimport cython
from ingress.proxy.express.sending cimport Sending
from ingress.proxy.http1.messages cimport ResponseHead
from ingress.proxy.upstream.link cimport Link


cdef class Transit(Sending):
    cdef public bint over
    cdef bint _early, _done

    cpdef fail(self, failure)
    cpdef response_received(self, bytes data)
    cpdef upstream_ended(self)
    cpdef reply(self, answer)
    cdef _pass_interims(self)
    cdef bytes _respond(self, ResponseHead head, bytes body)
    @cython.locals(link=Link)
    cdef _relayed(self, bytes written)
    cdef _switch(self, ResponseHead head)
    cdef _finish(self)
    cdef _end(self)
    cpdef _record(self)
