"""Does what ``plan`` decides: every module that imports ``aws_cdk`` is here."""
