"""Channels: one module each, on the contract. A leaf: stdlib and aiohttp; knows messages, not the gateway."""
