"""Password rules."""
