cimport cython
from ingress.model.messages cimport RequestHead
from ingress.policies.headers cimport response_fields, without_named
from ingress.policies.identity cimport Identity
from ingress.proxy.downstream.gate cimport Gate
from ingress.proxy.downstream.heads cimport Request
from ingress.proxy.downstream.replies cimport start_of
from ingress.proxy.http1.messages cimport ResponseHead, StatusLine
from ingress.proxy.record cimport AccessRecord
from ingress.proxy.state cimport State


cdef class Exchange:
    cdef public Gate gate
    cdef public Request asked
    cdef public RequestHead head
    cdef public Identity identity
    cdef public State state
    cdef public AccessRecord record
    cdef public bint answered, keeps_alive, continued, chunked, closes
    cdef long long _began

    cdef _pin(self, Gate gate, tuple pinned)
    @cython.locals(now=cython.longlong)
    cpdef double seconds(self)
    cdef bint _must_close(self)
    cpdef bytes begin(self, StatusLine line)
    cpdef bytes relayed(self, ResponseHead head)
    cpdef bytes interim(self, ResponseHead head)
    cpdef bytes answer(self, answer)
    cpdef page(self, status)
