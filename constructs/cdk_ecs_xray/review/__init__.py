"""Reads CloudFormation templates and says what of them X-Ray will see, and what will go wrong.

Never runs an app: a cloud assembly or a template goes in, a report comes out. It knows no CDK
and calls no AWS, so it works on any team's templates.
"""
