"""Formats of access logs: one small file each, with the source of its description."""
