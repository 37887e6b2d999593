"""The command line: `cliprelay run`, `chat`, `generate`, `models`, `doctor`, `sandbox`."""
