"""`fieldcast city import`: a client's own files become a city's folder, by a mapping file."""
