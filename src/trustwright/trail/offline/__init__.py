"""The verifier for those who do not have Trustwright: one file, printed by ``trustwright trail verifier``."""
