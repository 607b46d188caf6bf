"""The orchestrator: carries out what the votes or a person say."""
