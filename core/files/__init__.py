"""Files on our disk: probed, cropped, rotated and re-encoded, each time in a separate process."""
