"""The functions of the control plane, one package each."""
