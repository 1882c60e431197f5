"""The counsellors' side: who they are, what they see, what they may do."""
