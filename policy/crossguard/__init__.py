"""The rules as a CrossGuard policy pack, for an engine: what it shows is turned into registrations."""
