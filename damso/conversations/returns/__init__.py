"""Returns as agents and shops' systems handle them: who may, whose they are, and where they are told of."""
