"""The messages in the code, and the places where a message would slip past the catalogue.

Python's own parser reads the calls of `t`, `n` and `N_`. Babel's tokenizer would lose a message that stands
inside another call (`t(TITLES.get(state, N_("Task closed")))`) and take a key for one (`t(METHODS[data["method"]])`).

A message is a literal where it stands: in `t("…")`, `n("…", "…", count)` or `N_("…")`. What `t` looks up may
also come from a table, whose name is written in capitals and whose sentences are marked with `N_`, or from a
parameter or field named `message` or `title`, which by convention holds a marked message. `faults` tells the rest.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
SOURCES: Final = ("handlers", "bots")
"""The packages that speak to people."""

HANDED_ON: Final = frozenset({"message", "title"})
TABLE: Final = re.compile(r"_?[A-Z][A-Z0-9_]*")
SHOWN: Final[Mapping[str, tuple[str, ...]]] = {
    "Card": ("text", "title", "rows", "footnote"),
    "Question": ("text", "", "title"),
    "Choice": ("label",),
    "Button": ("label",),
    "Picture": ("", "", "alt"),
    "say": ("text",),
}
"""What builds a message, and which of its arguments people read, by position and by name."""

_LATIN = re.compile(r"[A-Za-z]{2}")
_THAI = re.compile(r"[\u0e00-\u0e7f]")


def sources() -> Iterator[tuple[str, ast.Module]]:
    """Every module that may hold messages: its path from the root of the project, and its syntax tree.

    Examples are no source: a sentence that only they still have is one that nobody reads any more.
    """
    for package in SOURCES:
        for path in sorted((ROOT / package).rglob("*.py")):
            name = path.relative_to(ROOT)
            if "examples" not in name.parts:
                yield name.as_posix(), ast.parse(path.read_text("utf-8"))


def messages(tree: ast.AST) -> Iterator[str | tuple[str, str]]:
    """The message ids of a module, as Babel keeps them: a text, or (singular, plural)."""
    for call in _calls(tree):
        texts = [arg.value if isinstance(arg, ast.Constant) else None for arg in call.args]
        match _name(call), texts:
            case (("t" | "N_"), [str(text), *_]):
                yield text
            case "n", [str(one), str(many), *_]:
                yield one, many


def faults(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """(line, what is wrong) for each message that the catalogue cannot hold."""
    for scope in _scopes(tree):
        bound = _bound(scope)
        for call in _calls(scope):
            match _name(call), call.args:
                case "t", [first, *_] if not _marked(first, bound):
                    yield call.lineno, f"t() cannot look this up: {ast.unparse(first)}"
                case "N_", [first, *_] if not _literal(first):
                    yield call.lineno, f"N_() marks literals only: {ast.unparse(first)}"
                case "n", [one, many, *_] if not (_literal(one) and _literal(many)):
                    yield call.lineno, "n() takes two literals, the singular and the plural"
                case (name, _) if name in SHOWN:
                    for text in _shown(call, SHOWN[name]):
                        yield call.lineno, f"shown without t(): {text!r}"
    for statement in tree.body:
        yield from _unmarked(statement)


def _calls(tree: ast.AST) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def _name(call: ast.Call) -> str:
    """`t` for both `t(…)` and `words.t(…)`."""
    match call.func:
        case ast.Name(name) | ast.Attribute(attr=name):
            return name
    return ""


def _scopes(tree: ast.Module) -> Iterator[ast.stmt]:
    """Top-level statements, classes opened: each function is read together with what is defined inside it."""
    for statement in tree.body:
        if isinstance(statement, ast.ClassDef):
            yield from statement.body
        else:
            yield statement


def _bound(scope: ast.stmt) -> dict[str, list[ast.expr]]:
    """Local names with every expression they are bound to."""
    bound: dict[str, list[ast.expr]] = {}
    for node in ast.walk(scope):
        match node:
            case ast.Assign(targets=targets, value=value):
                pairs = [(target, value) for target in targets]
            case ast.For(target=target, iter=value) | ast.comprehension(target=target, iter=value):
                pairs = [(target, value)]
            case ast.NamedExpr(target=target, value=value):
                pairs = [(target, value)]
            case _:
                continue
        for target, value in pairs:
            for name in ast.walk(target):
                if isinstance(name, ast.Name):
                    bound.setdefault(name.id, []).append(value)
    return bound


def _literal(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _marked(node: ast.expr, bound: Mapping[str, list[ast.expr]]) -> bool:
    """Whether the catalogue can know the message: a literal, or something out of a table of marked ones."""
    return _literal(node) or _from_table(node, bound)


def _from_table(node: ast.expr, bound: Mapping[str, list[ast.expr]]) -> bool:
    match node:
        case ast.Call(func=ast.Name("N_")):
            return True
        case ast.BoolOp(values=values):
            return all(_from_table(value, bound) for value in values)
        case ast.IfExp(body=body, orelse=orelse):
            return _marked(body, bound) and _marked(orelse, bound)
        case ast.Attribute(attr=attr) if attr in HANDED_ON:
            return True
        case ast.Subscript(value=base) | ast.Call(func=ast.Attribute(value=base)):
            return _from_table(base, bound)
        case ast.Name(name) if name in bound:
            return all(_from_table(value, {k: v for k, v in bound.items() if k != name}) for value in bound[name])
        case ast.Name(name):
            return name in HANDED_ON or TABLE.fullmatch(name) is not None
    return False


def _shown(call: ast.Call, parameters: tuple[str, ...]) -> Iterator[str]:
    """English that stands bare where people read it; a text with Thai in it is meant for both languages."""
    named = {keyword.arg: keyword.value for keyword in call.keywords}
    positional = dict(zip(parameters, call.args, strict=False))
    for parameter in filter(None, parameters):
        if value := named.get(parameter) or positional.get(parameter):
            texts = list(_literals(value))
            if not _THAI.search("".join(texts)):
                yield from filter(_LATIN.search, texts)


def _literals(node: ast.expr) -> Iterator[str]:
    """The literal texts of an expression, not those inside its calls and lookups."""
    match node:
        case ast.Constant(str(text)):
            yield text
        case ast.Tuple(elts=parts) | ast.List(elts=parts) | ast.JoinedStr(values=parts) | ast.BoolOp(values=parts):
            for part in parts:
                yield from _literals(part)
        case ast.IfExp(body=one, orelse=other) | ast.BinOp(left=one, right=other):
            yield from _literals(one)
            yield from _literals(other)


def _unmarked(statement: ast.stmt) -> Iterable[tuple[int, str]]:
    """In a table with one marked sentence, the sentences that are not."""
    match statement:
        case ast.Assign(targets=[ast.Name(name)], value=ast.expr() as table):
            pass
        case ast.AnnAssign(target=ast.Name(name), value=ast.expr() as table):
            pass
        case _:
            return
    calls = list(_calls(table))
    marks = [call for call in calls if _name(call) == "N_"]
    if not TABLE.fullmatch(name) or not marks:
        return
    inside = {part for call in calls for part in ast.walk(call) if part is not call}
    keys = {key for node in ast.walk(table) if isinstance(node, ast.Dict) for key in node.keys}
    for node in ast.walk(table):
        match node:
            case ast.Constant(str(text)) if node not in inside | keys and re.match("[A-Z]", text):
                yield node.lineno, f"N_() is missing in {name}: {text!r}"
