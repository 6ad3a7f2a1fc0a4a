"""What there is to compare of a head that was read."""


def parts(head):
    """Return start line, count, kept lines, known values, size and whether a field is repeated."""
    if head is None:
        return None
    return head.start, head.count, head.kept, head.known, head.size, head.repeated
