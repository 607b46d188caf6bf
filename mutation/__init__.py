"""How many small changes to the code that decides the tests notice; `make mutation`."""
