"""How long cases are kept, by the class of their records, and destroying what is over its time."""
