"""Heavy proofs that runs survive: `python -m tests.reliability kills|engines|throughput|pairing`.

Each proof writes a small table to docs/tables/reliability; docs/reliability.md says what they show.
"""
