"""NLU components. Rasa registers them by bare class name, so every one starts with `Swedish`."""
