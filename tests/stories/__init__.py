"""The product's story, told by the people in it, on every channel and in both languages."""
