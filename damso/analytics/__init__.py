"""Web and app analytics: visits, pages, sources and funnels, asked of the lake; nobody is named."""
