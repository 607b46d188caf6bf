"""How a machine becomes a node of the stack: enrolment once, then sessions with short credentials and certificates."""
