cimport cython
from ingress.model.match cimport Match
from ingress.model.memory cimport Memory


@cython.final
cdef class HostTable:
    cdef public object host, taken_by
    cdef readonly dict _exact, _prefixes
    cdef readonly object _root
    cdef readonly Py_ssize_t _longest

    cpdef find(self, str path)


@cython.final
cdef class _Covering:
    cdef HostTable table
    cdef object server_name


@cython.final
cdef class RoutingTable:
    cdef readonly object _snapshot
    cdef readonly dict _hosts
    cdef readonly object _server_names, _default, _unknown
    cdef Memory _coverings

    @cython.locals(covering=_Covering, table=HostTable)
    cpdef Match match(self, str host, str path)
    cdef Match _no_path(self, host, server_name)
