"""Make a tree of plain values for the PDF template from Wagtail's rich text. Pure.

Only the elements named here mean something; of any other one the words remain. Text stays a string to the end: the template puts
strings on paper, it never reads them as markup.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlsplit

Node = dict[str, Any]
INLINE = {"b": "b", "strong": "b", "i": "i", "em": "i"}
BLOCKS = {"p", "h2", "h3", "h4", "ul", "ol", "li", "blockquote", "div"}
SILENT = {"script", "style", "template", "noscript"}
SCHEMES = {"http", "https", "mailto", "tel"}


@dataclass(slots=True)
class Element:
    """An element with its attributes and what is in it."""

    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: list[Element | str] = field(default_factory=list)


class _Tree(HTMLParser):
    """Reads HTML into elements. Never fails: what is not closed ends with its parent."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Element("root")
        self._open = [self.root]
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in SILENT:
            self._silent += 1
            return
        if tag in {"p", "li", "h3"} and any(element.tag == tag for element in self._open[-1:]):
            self._open.pop()
        element = Element(tag, {name: value or "" for name, value in attrs})
        self._open[-1].children.append(element)
        if tag not in {"br", "img", "hr", "embed"}:
            self._open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in SILENT:
            self._silent = max(0, self._silent - 1)
            return
        if any(element.tag == tag for element in self._open[1:]):
            while self._open.pop().tag != tag:
                pass

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self._open[-1].children.append(data)


def parsed(html: str) -> Element:
    """Return HTML as a tree."""
    tree = _Tree()
    tree.feed(html)
    tree.close()
    return tree.root


def internal_links(html: str) -> set[str]:
    """Return what the links inside the site point to, as "page:12" or "document:3"."""
    found: set[str] = set()
    waiting: list[Element | str] = [parsed(html)]
    while waiting:
        element = waiting.pop()
        if isinstance(element, Element):
            waiting += element.children
            if element.tag == "a" and element.attributes.get("linktype"):
                found.add(f"{element.attributes['linktype']}:{element.attributes.get('id', '')}")
    return found


@dataclass(slots=True)
class Reader:
    """Turns HTML into nodes. What a link or a run of text becomes is the document's business."""

    run: Callable[[str, str], list[Node]]
    link: Callable[[Element, list[Node]], list[Node]]
    _last: str = ""

    def blocks(self, html: str) -> list[Node]:
        """Return paragraphs, lists and third-level headings."""
        return self._blocks(parsed(html))

    def line(self, html: str) -> list[Node]:
        """Return the words of HTML as one line."""
        self._last = ""
        return self._inline(parsed(html))

    def _blocks(self, parent: Element) -> list[Node]:
        """Return the blocks in an element; bare words between them become a paragraph."""
        nodes: list[Node] = []
        loose: list[Element | str] = []

        def settle() -> None:
            paragraph = self._paragraph(Element("p", {}, list(loose)))
            if paragraph:
                nodes.append({"t": "p", "c": paragraph})
            loose.clear()

        for child in parent.children:
            if not isinstance(child, Element) or child.tag not in BLOCKS:
                loose.append(child)
                continue
            settle()
            nodes += self._block(child)
        settle()
        return nodes

    def _block(self, element: Element) -> list[Node]:
        if element.tag in {"ul", "ol"}:
            items = [self._blocks(child) for child in element.children if isinstance(child, Element) and child.tag == "li"]
            return [{"t": "list", "ordered": element.tag == "ol", "c": [item for item in items if item]}] if any(items) else []
        if element.tag in {"h2", "h3", "h4"}:
            words = self._paragraph(element)
            return [{"t": "heading", "level": 2, "c": words, "label": ""}] if words else []
        if element.tag in {"div", "blockquote", "li"} or any(isinstance(c, Element) and c.tag in BLOCKS for c in element.children):
            return self._blocks(element)
        words = self._paragraph(element)
        return [{"t": "p", "c": words}] if words else []

    def _paragraph(self, element: Element) -> list[Node]:
        self._last = ""
        nodes = self._inline(element)
        return trimmed(nodes) if has_words(nodes) else []

    def _inline(self, parent: Element) -> list[Node]:
        nodes: list[Node] = []
        for child in parent.children:
            if isinstance(child, str):
                found = self.run(child, self._last)
                nodes += found
                self._last = last_character(found) or self._last
            elif child.tag == "br":
                nodes.append({"t": "br"})
                self._last = ""
            elif child.tag == "a":
                found = self.link(child, self._inline(child))
                nodes = [*closed_up(nodes), *found] if found and found[0]["t"] == "ref" else [*nodes, *found]
            elif child.tag in INLINE:
                nodes.append({"t": INLINE[child.tag], "c": self._inline(child)})
            else:
                nodes += self._inline(child)
        return nodes


def closed_up(nodes: list[Node]) -> list[Node]:
    """Return a line without the space at its end: what follows is raised and stands close."""
    if nodes and nodes[-1]["t"] == "s":
        bare = nodes[-1]["v"].rstrip(" ")
        return [*nodes[:-1], {**nodes[-1], "v": bare}] if bare else nodes[:-1]
    return nodes


def last_character(nodes: list[Node]) -> str:
    """Return the last character of some nodes."""
    for node in reversed(nodes):
        if node["t"] == "s" and node["v"]:
            return str(node["v"][-1])
        if node["t"] in {"b", "i", "a", "ref"} and (found := last_character(node["c"])):
            return found
    return ""


def has_words(nodes: list[Node]) -> bool:
    """Whether anything of some nodes can be seen."""
    return any(node["t"] == "note" or bool(str(node.get("v", "")).strip()) or has_words(node.get("c", [])) for node in nodes)


def trimmed(nodes: list[Node]) -> list[Node]:
    """Return a line without white space and breaks at its ends."""
    nodes = list(nodes)
    while nodes and (nodes[0]["t"] == "br" or (nodes[0]["t"] == "s" and not nodes[0]["v"].strip(" "))):
        nodes.pop(0)
    while nodes and (nodes[-1]["t"] == "br" or (nodes[-1]["t"] == "s" and not nodes[-1]["v"].strip(" "))):
        nodes.pop()
    if nodes and nodes[0]["t"] == "s":
        nodes[0] = {**nodes[0], "v": nodes[0]["v"].lstrip(" ")}
    if nodes and nodes[-1]["t"] == "s":
        nodes[-1] = {**nodes[-1], "v": nodes[-1]["v"].rstrip(" ")}
    return nodes


def safe_address(address: str, base: str) -> str:
    """Return an address that may be put into a file, complete; empty for what is none (javascript:, data:)."""
    address = "".join(address.split())
    if address.startswith("//"):
        address = f"https:{address}"
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    if not parts.scheme:
        return f"{base.rstrip('/')}{address}" if address.startswith("/") and base else ""
    return address if parts.scheme.lower() in SCHEMES and (parts.netloc or parts.scheme.lower() in {"mailto", "tel"}) else ""
