"""An edition as a PDF: a pure function of what was published, of the facts it pointed to, and of a versioned template.

`facts` copies what the content points to at the moment of publication; `stored` reads the content as the database keeps it;
`richtext`, `body` and `document` turn it into a tree of plain values, in which text is never anything but text; `typesetting` compiles
the tree with template_v1.typ. What a version prints does not change: a new layout is a new version beside the old one.
"""
