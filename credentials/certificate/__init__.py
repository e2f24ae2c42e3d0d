"""The certificate as a file: a pure function of the values printed on it and of a versioned template.

Nothing here reads a database, a request or a clock. What a version prints never changes: a new wording, font or layout is a
new version beside the old one, because a certificate given out years ago is made again from its own.
"""
