"""How commands declare their options, and how typed text becomes them."""
