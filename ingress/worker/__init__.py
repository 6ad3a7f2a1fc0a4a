"""The data process: what is served, and the way to the control process.

It is started as ``python -m ingress.worker`` and imports what serving needs and nothing more: no
sources, no compiler, nobody who speaks to a person.
"""
