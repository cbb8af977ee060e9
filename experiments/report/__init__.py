"""The proposal: from a finished folder of runs to a document that a client's director can read and challenge."""
