"""The validation card: known regularities of real markets beside what the model gives, from outputs alone."""
