"""The embedded cloud: AWS and Linode's API as one process, with the faults that drills need."""
