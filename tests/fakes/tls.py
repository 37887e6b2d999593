"""One TLS context for all clients: making one takes longer than most tests, and all talk http."""

import ssl

TLS = ssl.create_default_context()
