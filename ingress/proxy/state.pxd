cimport cython
from ingress.routing.table cimport RoutingTable


@cython.final
@cython.no_gc
cdef class ServedRoute:
    cdef readonly object route, backend, timeouts, max_bytes
    cdef readonly str ingress, service


@cython.final
cdef class State:
    cdef readonly object generation, snapshot, contexts, addresses, keys
    cdef readonly RoutingTable table
    cdef dict _served

    cpdef ServedRoute served(self, route)
