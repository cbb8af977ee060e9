"""The day, one event a room."""
