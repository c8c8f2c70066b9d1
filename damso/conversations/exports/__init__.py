"""Taking conversations and customers out of the desk: files made in the background, and one case on paper."""
