cpdef tuple split_head(bytes head)
cpdef content_length(values)
