"""Times that a visitor can book with a counsellor, holding only six words."""
