"""Reading what other help desks export: pure translation into neutral items, no database and no decisions."""
