"""Reads what Terraform and OpenTofu write as JSON, one reading for every command. Pure."""
