"""A page on this machine for whoever runs the bot: a form, and what comes of it, live."""
