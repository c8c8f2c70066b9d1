"""What sites, apps and systems send about customers: Segment's protocol, its sources, and what was refused."""
