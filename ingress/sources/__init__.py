"""The way in: manifests or a cluster; every source yields Inventories.

What a user wrote wrong becomes a Verdict of the Inventory, never an exception.
"""
