"""The aiohttp service: everything with consequences. Never imports Rasa."""
