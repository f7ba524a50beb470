"""Decides how a task gets its collector, from plain data: no CDK, no files, no AWS."""
