"""The look `record`: JSON in full, one value a row, long text decoded and wrapped, folds."""

from __future__ import annotations

from typing import Final

from batchtui.jsonl.results import decode
from batchtui.tui import figures
from batchtui.tui.glyphs import glyphs
from batchtui.tui.viewer.content import Row, Value
from batchtui.tui.viewer.json_tree import Node, Tree, folded_at_first, parsed
from batchtui.tui.viewer.records import Piece
from batchtui.tui.viewer.text import cells, chopped, decoded, safe, wrapped
from batchtui.tui.widgets.spans import Span, Tone

STRING_CHARS: Final = 8_192
"""How much of one string is shown at first."""
INDENT: Final = 2
DEEPEST_INDENT: Final = 16
CHECKED_BYTES: Final = 256 * 1024


class RecordContent:
    """`string_chars`: how much of a single string is laid out."""

    def __init__(self, piece: Piece, *, string_chars: int = STRING_CHARS) -> None:
        self.piece = piece
        self.string_chars = string_chars
        text = decoded(piece.data, is_cut=piece.is_cut)
        self.is_json = text.lstrip("\ufeff \t\r")[:1] in ("{", "[", '"')
        self.tree = parsed(text) if self.is_json else Tree(text)
        self.folded = folded_at_first(self.tree)
        self.problem = _problem(piece) if self.is_json else None

    def rows(self, width: int) -> list[Row]:
        rows: list[Row] = []
        if self.problem:
            rows += [Row([(line, "trouble")]) for line in wrapped(self.problem, width)]
        if self.is_json:
            self._add(rows, width)
        else:
            rows += [Row([(line, "")]) for line in wrapped(self.tree.text, width)]
        if self.piece.is_cut or not self.tree.is_whole:
            rest = figures.size(self.piece.length - len(self.piece.data))
            note = f"{rest} more, x shows it" if self.piece.is_cut else "too many values to show"
            rows.append(Row([(f"{glyphs().ellipsis} {note}", "muted")]))
        return rows

    def value(self, source: int) -> Value | None:
        if source < 0:
            return None
        return Value(self.tree.path(source), self.tree.plain(source))

    def toggle(self, source: int) -> bool:
        if source < 0 or self.tree.nodes[source].kind not in ("object", "array"):
            return False
        self.folded ^= {source}
        return True

    def parent(self, source: int) -> int:
        return max(self.tree.nodes[source].parent, 0) if source >= 0 else source

    def _add(self, rows: list[Row], width: int) -> None:
        nodes = self.tree.nodes
        closing: list[int] = []
        number = 0
        while number < len(nodes) or closing:
            while closing and nodes[closing[-1]].after <= number:
                self._close(rows, closing.pop())
            if number >= len(nodes):
                break
            node = nodes[number]
            if node.kind in ("object", "array"):
                if number in self.folded or not node.children:
                    rows.append(Row([*self._head(node), *self._short(node)], number))
                    number = node.after
                    continue
                bracket = "{" if node.kind == "object" else "["
                rows.append(Row([*self._head(node), (bracket, "muted")], number))
                closing.append(number)
            else:
                self._scalar(rows, number, width)
            number += 1

    def _close(self, rows: list[Row], number: int) -> None:
        node = self.tree.nodes[number]
        if node.is_closed:
            bracket = "}" if node.kind == "object" else "]"
            rows.append(Row([_indent(node), (bracket + self._comma(node), "muted")], number))

    def _short(self, node: Node) -> list[Span]:
        left, right = ("{", "}") if node.kind == "object" else ("[", "]")
        inside = f"{glyphs().ellipsis} {node.children:,}" if node.children else ""
        return [(f"{left}{inside}{right}{self._comma(node)}", "muted")]

    def _head(self, node: Node) -> list[Span]:
        if node.key is None:
            return [_indent(node)]
        return [_indent(node), (f'"{safe(node.key)}"', "accent"), (": ", "muted")]

    def _comma(self, node: Node) -> str:
        """A comma where another value follows in the same container."""
        nodes = self.tree.nodes
        follows = node.after < len(nodes) and nodes[node.after].parent == node.parent
        return "," if follows and node.parent >= 0 else ""

    def _scalar(self, rows: list[Row], number: int, width: int) -> None:
        node = self.tree.nodes[number]
        head, comma = self._head(node), self._comma(node)
        used = sum(cells(text) for text, _ in head)
        if node.kind != "string":
            text = safe(self.tree.raw(number)[: self.string_chars])
            tone: Tone = "trouble" if node.kind == "other" else "strong"
            pieces: list[Span] = [*head, (text, tone), (comma, "muted")]
            rows += [Row(row, number) for row in chopped(pieces, width)]
            return
        text, left_out = self.tree.string(number, self.string_chars)
        if len(text) <= width and "\n" not in text and not left_out:
            shown = safe(text)
            if used + cells(shown) + 2 + len(comma) <= width:
                rows.append(Row([*head, (f'"{shown}"', ""), (comma, "muted")], number))
                return
        if node.key is not None:
            rows += [Row(row, number) for row in chopped([*head[:-1], (":", "muted")], width)]
        gutter = f"{' ' * (cells(_indent(node)[0]) + INDENT)}{glyphs().separator} "
        for line in wrapped(text, max(width - len(gutter), 8)):
            rows.append(Row([(gutter, "muted"), (line, "")], number))
        if left_out:
            note = f"{glyphs().ellipsis} {left_out:,} characters more, x shows them"
            rows.append(Row([(gutter, "muted"), (note, "muted")], number))


def _indent(node: Node) -> Span:
    return " " * min(node.depth * INDENT, DEEPEST_INDENT), ""


def _problem(piece: Piece) -> str | None:
    """Why the text is not JSON; None when it is, or when that is not known."""
    if piece.is_cut or piece.length > CHECKED_BYTES:
        return None
    try:
        decode(piece.data)
    except RecursionError:
        return "nested too deeply to be read as JSON"
    except ValueError as error:
        return f"not JSON: {error}"
    return None
