"""What customers see of their consents: a page to change them, and the notices the law wants."""
