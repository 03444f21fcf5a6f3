"""A policy as a page of plain sentences, in Markdown or HTML, made from the policy itself.

The data flows one way: names, then conditions, then rules, then the page, which is a list of blocks
that knows of no format; the formats come last.
"""

from missingrules.show.document import Document
from missingrules.show.markdown import to_markdown
from missingrules.show.pages import show
from missingrules.show.webpage import to_html

__all__ = ["Document", "show", "to_html", "to_markdown"]
