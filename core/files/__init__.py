"""Files on our disk: looked into, cut, turned and re-encoded, always in a process of their own."""
