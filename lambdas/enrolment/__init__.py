"""The enrolment function: lets machines in, and gives nodes their sessions."""
