"""The traffic that rules are tried on: access logs, counts of them, or a profile."""
