"""The embedded cloud: AWS as one process, with the faults that drills need."""
