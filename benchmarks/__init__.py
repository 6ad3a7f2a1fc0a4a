"""What a request costs: this proxy, nginx and Caddy, side by side, on loopback."""
