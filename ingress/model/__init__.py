"""The nouns: frozen values that every other room speaks in.

Nothing in here does I/O, reads a clock or knows a client library (checked by ``make check``).
"""
