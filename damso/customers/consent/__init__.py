"""What customers have allowed, and who proves it: the ledger, what follows from it, notices the law wants."""
