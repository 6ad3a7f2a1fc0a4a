"""What a request costs: this proxy and four others, side by side, on loopback."""
