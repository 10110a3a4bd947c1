"""Rules about the code itself: the words people read, and the refusals they meet."""
