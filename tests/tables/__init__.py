"""Tables that are brought in. The people in them are made up."""
