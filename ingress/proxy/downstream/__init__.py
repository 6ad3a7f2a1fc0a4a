"""The downstream side: what a client may say, byte by byte, and what it is told.

``Gate`` is the protocol of every accepted connection. It reads heads and frames bodies by a
grammar of its own, answers whatever breaks the rules of the wire, and hands the rest to the
lane behind it, one request at a time.
"""
