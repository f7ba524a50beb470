"""The page: traces, map and logs of an account or of the AWS emulator, in a browser. Only reads.

What is shown was sent by anyone: templates escape all of it, and no page has script or style of
its own text. Needs the extra ``page``.
"""
