"""The front door: one small file per command, and one table of options.

Commands import what is heavy (aiohttp, cryptography, rich) when they run, not before: most of
them are run often and end at once.
"""
