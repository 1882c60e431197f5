"""The assistant as Rasa sees it: configuration, domain, channel, components and the launcher."""
