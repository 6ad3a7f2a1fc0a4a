cpdef tuple split_head(bytes data)
cpdef tuple read_status_line(bytes line)
cpdef content_length(values)
