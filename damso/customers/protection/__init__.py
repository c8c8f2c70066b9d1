"""What keeps strangers apart, whichever way two identities come together."""
