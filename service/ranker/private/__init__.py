"""What may be told of everybody together: statistics with noise, and what is made of them alone."""
