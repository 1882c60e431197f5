"""Messages left for a reply: six words instead of an account, and replies that only those words open."""
