"""The proxies that ours is compared with: a configuration for the same site each."""
