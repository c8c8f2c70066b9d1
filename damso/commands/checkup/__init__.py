"""What `damso doctor` looks at."""
