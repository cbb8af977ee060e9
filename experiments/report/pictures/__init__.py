"""The pictures of a report and of `fieldcast figures`: each a function from results to a figure and its numbers."""
