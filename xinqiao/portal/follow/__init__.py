"""What the citizen does after filing: follow, add, ask, withdraw, rate, ask for review; the account; is a letter genuine."""
