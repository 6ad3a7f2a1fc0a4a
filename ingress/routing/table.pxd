cdef class HostTable:
    cdef public object host, taken_by
    cdef dict _exact, _prefixes
    cdef object _root
    cdef Py_ssize_t _longest

    cpdef find(self, str path)


cdef class RoutingTable:
    cdef object _snapshot
    cdef dict _hosts
    cdef object _server_names, _default, _unknown

    cpdef match(self, str host, str path)
    cdef _covering_name(self, wildcard, table)
    cdef _no_path(self, host, server_name)
