"""What a stack must never declare: rules over registrations, for tests, the command line and the engine."""
