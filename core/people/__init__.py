"""Who may use the bot, and what it remembers of them."""
