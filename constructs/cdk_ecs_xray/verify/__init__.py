"""Proves that what is deployed was synthesized and that traces arrive. Needs the verify extra.

Everything here reads; only :mod:`cdk_ecs_xray.verify.sent_trace` writes, and only when asked.
"""
