"""The baseline of a start: the least that python-telegram-bot can be to answer /help."""

import sys

from telegram import Update
from telegram.ext import ApplicationBuilder, CommandHandler, ContextTypes


async def answer(update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
    """Say something."""
    if update.effective_message:
        await update.effective_message.reply_text("Hello")


def main(token: str, root: str) -> None:
    """Poll until it is stopped."""
    app = ApplicationBuilder().token(token).base_url(f"{root}/bot").build()
    app.add_handler(CommandHandler("help", answer))
    app.run_polling()


if __name__ == "__main__":
    main(*sys.argv[1:])
