cimport cython
from ingress.model.match cimport Match
from ingress.model.messages cimport RequestHead, first_value
from ingress.policies.decide cimport decide
from ingress.policies.headers cimport request_fields
from ingress.policies.identity cimport Identity, request_id_of
from ingress.proxy.balancer cimport Balancer
from ingress.proxy.downstream.gate cimport Gate
from ingress.proxy.downstream.heads cimport Request
from ingress.proxy.exchange cimport Exchange
from ingress.proxy.metrics cimport Metrics
from ingress.proxy.record cimport AccessRecord, Recorder
from ingress.proxy.state cimport ServedRoute, State
from ingress.runtime.requestids cimport RequestIds


cdef str _told(dict known, str key)


@cython.final
@cython.freelist(64)
@cython.no_gc
cdef class Errand:
    cdef public ServedRoute served
    cdef public object backend
    cdef public str client
    cdef public bytes fields, upgrade


@cython.final
cdef class Fixtures:
    cdef readonly object current, upstreams
    cdef readonly Balancer balancer
    cdef readonly Recorder recorder
    cdef readonly Metrics metrics

    cpdef choose(self, Errand errand)


@cython.final
cdef class Admission:
    cdef public object ports
    cdef object _trusted
    cdef Fixtures _fixtures
    cdef RequestIds _request_ids

    @cython.locals(head=RequestHead, known=dict, state=State, identity=Identity)
    cpdef tuple pin(self, Gate gate)
    @cython.locals(head=RequestHead, served=ServedRoute, state=State, record=AccessRecord, match=Match)
    cpdef admit(self, Exchange exchange)
    @cython.locals(head=RequestHead, asked=Request, identity=Identity)
    cdef Errand _errand(self, Exchange exchange, ServedRoute served)
