"""Pages of our own: results to look at, for whoever has their address."""
