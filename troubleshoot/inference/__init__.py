"""Arrays in, arrays out: beliefs, likelihoods, what an answer is worth."""
