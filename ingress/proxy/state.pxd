cimport cython
from ingress.routing.table cimport RoutingTable


@cython.final
cdef class State:
    cdef readonly object generation, snapshot, contexts, addresses, keys
    cdef readonly RoutingTable table
    cdef dict _found

    cpdef backend_of(self, route)
