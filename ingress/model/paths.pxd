cpdef str normalise_path(str path)
cdef bint _is_suspect(str path)
