"""English: its function words, numbers and inflections."""
