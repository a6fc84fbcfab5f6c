"""
Hints in errors: the names and values that users of other libraries type, and what stands for them here.

The tables of `_mistakes.py` have all hints of this kind.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from itertools import chain
from types import FunctionType
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

from ._mistakes import ADVICE, CONVERSIONS, MEANT, WRONG_TYPES

K = TypeVar("K", bound=type)
F = TypeVar("F", bound=Callable[..., Any])


@functools.cache
def _synonyms() -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for here, elsewhere in MEANT:
        for name in elsewhere.split():
            found[name] = found.get(name, ()) + tuple(here.split())
    return found


def plain_name(name: str) -> str:
    """Return a name without case, underscores and hyphens, as names are compared."""
    return name.lower().replace("_", "").replace("-", "")


def hint_for_name(name: str, known: Iterable[str], *places: str) -> str:
    """
    Return what was probably meant by an unknown name, as the end of a sentence; `""` if nothing is similar.

    Args:
        name: The unknown name.
        known: The names that exist.
        places: The record, filter set or call that the name was given to.
    """
    names, plain = list(known), plain_name(name)
    same = [found for found in names if plain_name(found) == plain]
    for place in () if same else places:
        if advice := ADVICE.get(f"{place}.{plain}"):
            return f"; {advice}"
    near = same or [found for found in _synonyms().get(plain, ()) if found.split(".")[0] in names]
    if not near:
        import difflib

        by_plain = {plain_name(one): one for one in reversed(names)}
        near = [by_plain[found] for found in difflib.get_close_matches(plain, by_plain, 1, 0.7)]
    return f"; did you mean {near[0]!r}?" if near else ""


def unknown_name_message(name: str, known: Iterable[str], kind: str, *places: str) -> str:
    """Return the message for an unknown name: with the name that was probably meant, or with all known names."""
    return f"unknown {kind} {name!r}" + (hint_for_name(name, known, *places) or f"; known: {', '.join(known)}")


class Explaining:
    """An object whose `AttributeError` for an unknown name tells the attribute that was probably meant."""

    __slots__ = ()

    if not TYPE_CHECKING:  # type checkers must report attributes that do not exist

        def __getattr__(self, name: str) -> NoReturn:
            """Raise an `AttributeError` that names the attribute which was probably meant."""
            kind = type(self)
            own = () if name.startswith("_") else tuple(getattr(self, "__dict__", ()))
            why = f"{kind.__name__!r} object has no attribute {name!r}{_hint_for_attribute(kind, own, name)}"
            raise AttributeError(why, name=name, obj=self)


@functools.lru_cache(256)
def _hint_for_attribute(kind: type, own: tuple[str, ...], name: str) -> str:
    if name.startswith("_"):
        return ""
    known = (found for found in (*dir(kind), *own) if not found.startswith("_"))
    return hint_for_name(name, known, *(base.__name__ for base in kind.__mro__))


def wrong_type_message(given: object, expected: type) -> str:
    """Return the message for a value that is neither a record of a class nor a mapping with its names."""
    return f"expected {expected.__name__} or a mapping, got {type(given).__name__}{hint_for_type(given, expected)}"


def hint_for_type(given: object, expected: type) -> str:
    """Return what to give instead of a value that is not a record of a class, as the end of a sentence; or `""`."""
    kind = type(given)
    names = [f"{expected.__name__}.{base.__name__}" for base in kind.__mro__]
    ours = _is_ours(kind)
    conversions = () if ours else (how for attribute, how in CONVERSIONS.items() if hasattr(kind, attribute))
    advice = next(chain(conversions, (WRONG_TYPES[name] for name in names if name in WRONG_TYPES)), "")
    return f": {advice.format(given)}" if advice else ""


def _is_ours(kind: type) -> bool:
    """Return whether a class is of this package, and not one of a user's that derives from it."""
    return str(kind.__module__).partition(".")[0] == __package__


def explained(function: F) -> F:
    """
    Return a function whose `TypeError` for an unknown keyword argument names the argument that was probably meant.

    The same function is called, and errors that it raises itself pass unchanged.
    """
    place = function.__qualname__.removesuffix(".__init__")

    @functools.wraps(function)
    def call(*args: Any, **named: Any) -> Any:
        try:
            return function(*args, **named)
        except BaseException as error:
            # An error of the call itself has no frame of the function.
            of_call = type(error) is TypeError and error.__traceback__ is not None and not error.__traceback__.tb_next
            why = _call_message(function, place, [*named], str(error)) if of_call else None
            del args, named  # a token or a body may be in them
            if why is None:
                raise
        raise TypeError(why)

    return call  # type: ignore[return-value]


def _call_message(function: Callable[..., Any], place: str, named: Iterable[str], message: str) -> str:
    import inspect

    parameters = inspect.signature(function).parameters
    # What a call is given by position is told by its advice.
    named_only = place in ADVICE
    known = [
        name
        for name, one in parameters.items()
        if one.kind is one.KEYWORD_ONLY or (one.kind is one.POSITIONAL_OR_KEYWORD and name != "self" and not named_only)
    ]
    any_name = any(one.kind is one.VAR_KEYWORD for one in parameters.values())
    unknown = next((name for name in named if name not in parameters and not any_name), None)
    if unknown is None:
        by_name = "; give the others by name" if "positional argument" in message and "given" in message else ""
        return f"{message}; {ADVICE[place]}" if place in ADVICE else message + by_name
    hint = hint_for_name(unknown, known, place)
    if not hint:
        hint = f"; {ADVICE[place]}" if "." in place and place in ADVICE else f"; known: {', '.join(known)}"
    return f"{place}() got an unexpected keyword argument {unknown!r}{hint}"


def explain_calls(owner: type, *names: str) -> None:
    """Let the constructor and the public functions of a class, or these functions, explain unknown arguments."""
    if not _is_ours(owner):
        return  # a user's own class
    for name, function in list(vars(owner).items()):
        chosen = name in names if names else name == "__init__" or not name.startswith("_")
        if chosen and isinstance(function, FunctionType):
            setattr(owner, name, explained(function))


def guard_repr(owner: K) -> K:
    """
    Let the repr of a class also show an object whose constructor failed, which has no attributes yet.

    Tracebacks with local variables show such objects. `python -m unittest --locals` ends with the exception of a repr.
    """
    own = vars(owner).get("__repr__")
    if own is None or not _is_ours(owner):
        return owner

    @functools.wraps(own)
    def show(given: object) -> str:
        try:
            return str(own(given))
        except AttributeError:
            return f"<{type(given).__name__}, not created>"

    owner.__repr__ = show  # type: ignore[method-assign, assignment]
    return owner
