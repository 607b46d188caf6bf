"""The parts of the program: each takes settings and providers and returns its outputs."""
