"""Calibration: a few parameters fitted to a client's own months, with what these can and cannot pin down."""
