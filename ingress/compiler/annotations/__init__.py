"""Annotations: every name, parser, default and doc line in one table per dialect.

``dialect`` is the shape of a table, ``own`` and ``ingress_nginx`` are the tables, ``reading``
turns an object's annotations into policies and verdicts.
"""
