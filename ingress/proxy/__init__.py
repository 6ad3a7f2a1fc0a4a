"""A request's life: match > admit > pick > send > relay > record."""
