"""Returns and exchanges: asked for, judged by the company's policy and the law, and followed to their end."""
