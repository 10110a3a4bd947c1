"""What a clinic looks like right now, across nouns: read only, for pages that show the whole."""
