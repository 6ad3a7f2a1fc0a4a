"""Legacy Ingresses -> networking.k8s.io/v1, by editing the text itself.

The YAML library says where each node stands; only those places are touched. So comments, quotes,
order, line ends and every other document stay byte for byte, and JSON stays JSON. The result is
proven before it is returned: it must hold exactly what the objects, converted as data, hold.
"""
