"""Who decides: operators and the people on the telephone."""
