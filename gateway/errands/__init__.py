"""What a visitor does beside talking: leaves a message for a reply, opens it with six words, books a time."""
