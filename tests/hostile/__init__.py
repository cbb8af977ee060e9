"""Broken and hostile inputs: files that no command may carry out, stumble over or hang on."""
