"""What a request costs: this proxy and five others, side by side, on loopback."""
