"""Videos told as chat answers."""
