"""What the engine learns from that is not Rasa's: labelled lines, and what a topic says about them."""
