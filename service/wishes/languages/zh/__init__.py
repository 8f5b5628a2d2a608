"""Chinese: its function words and numbers, simplified and traditional."""
