"""Who may use the bot, and what it remembers about them."""
