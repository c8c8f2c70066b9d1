"""Which customers a rule is true of: kept live by increments, rebuilt in bulk, and both proven against one oracle."""
