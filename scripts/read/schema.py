"""Whether a document is a result file: asked of many values at once, worded by jsonschema.

`schemas/v2.json` is the one definition of a result file. A file holds thousands of rounds, which
jsonschema takes seconds to walk, so `fits` applies the same schema to whole columns of values
first; jsonschema decides, and words the refusal, whenever `fits` does not simply say yes.
"""

import json
import re
from collections.abc import Callable, Sequence
from functools import cache
from itertools import chain
from operator import itemgetter
from pathlib import Path
from typing import Any

import jsonschema

from scripts.read.text import safe_text

Rule = dict[str, Any]
Place = list[str | int]
Check = Callable[[Sequence[Any], Any], bool]

_TYPES = {
    "object": dict,
    "array": list,
    "string": str,
    "integer": int,
    "number": float,
    "boolean": bool,
    "null": type(None),
}
_ANNOTATIONS = {"$schema", "title", "description", "type", "additionalProperties"}


@cache
def load_schema() -> Rule:
    """The schema of a result file, each `$ref` replaced by what it names."""
    content = (Path(__file__).parent / "schemas" / "v2.json").read_text(encoding="utf-8")
    schema: Rule = json.loads(content)
    resolved: Rule = _resolve(schema, schema.pop("$defs"))
    return resolved


def _resolve(rule: Any, definitions: dict[str, Rule]) -> Any:
    if isinstance(rule, list):
        return [_resolve(item, definitions) for item in rule]
    if not isinstance(rule, dict):
        return rule
    if "$ref" in rule:
        return _resolve(definitions[rule["$ref"].rpartition("/")[2]], definitions)
    return {name: _resolve(item, definitions) for name, item in rule.items()}


def refusal(document: Any) -> tuple[Place, str] | None:
    """Where and why the document is not a result file; None when it is one."""
    return breach(document, load_schema())


def breach(document: Any, schema: Rule) -> tuple[Place, str] | None:
    """Where and why the document does not fit the schema; None when it does."""
    if fits([document], schema):
        return None
    value, rule, where = _narrowed(document, schema, [])
    error = next(_Strict(rule).iter_errors(value), None)
    if error is None:  # `fits` refuses what it does not know: the whole document decides
        where, error = [], next(_Strict(schema).iter_errors(document), None)
    return None if error is None else ([*where, *error.absolute_path], _worded(error))


def _narrowed(value: Any, rule: Rule, where: Place) -> tuple[Any, Rule, Place]:
    """The innermost part of the value that does not fit its rule, and where it stands."""
    if isinstance(value, dict):
        for name, own in rule.get("properties", {}).items():
            if name in value and not fits([value[name]], own):
                return _narrowed(value[name], own, [*where, name])
    if isinstance(value, list) and "items" in rule and not fits(value, rule["items"]):
        place = _first_unfit(value, rule["items"])
        return _narrowed(value[place], rule["items"], [*where, place])
    return value, rule, where


def _first_unfit(values: list[Any], rule: Rule) -> int:
    """The place of the first value that does not fit; at least one does not."""
    low, high = 0, len(values)
    while high - low > 1:
        middle = (low + high) // 2
        if fits(values[low:middle], rule):
            low = middle
        else:
            high = middle
    return low


def _worded(error: jsonschema.ValidationError) -> str:
    """What jsonschema says, its quotation of the file cut short: the end says what is wrong."""
    quoted = repr(error.instance)
    message = error.message.replace(quoted, safe_text(quoted, longest=60))
    return safe_text(message, longest=300)


def fits(values: Sequence[Any], rule: Rule) -> bool:
    """Whether every value satisfies the rule; False may also mean that jsonschema has to say."""
    kinds = set(map(type, values))
    if not kinds <= _python_types(rule):
        return False
    if type(None) in kinds:
        values = [value for value in values if value is not None]
    if "object" in rule.get("type", "") and not _members_fit(values, rule):
        return False
    keywords = rule.keys() - _ANNOTATIONS
    return not values or all(
        keyword in _CHECKS and _CHECKS[keyword](values, rule[keyword]) for keyword in keywords
    )


_Strict: Any = jsonschema.validators.extend(  # type: ignore[no-untyped-call]
    jsonschema.Draft202012Validator,
    type_checker=jsonschema.Draft202012Validator.TYPE_CHECKER.redefine(
        "integer", lambda _checker, value: type(value) is int
    ),
)
"""JSON Schema calls 8.0 an integer; here a count is written as one."""


def _python_types(rule: Rule) -> set[type]:
    if "type" not in rule:
        return {type(value) for value in rule.get("enum", [rule.get("const")])}
    names = [rule["type"]] if isinstance(rule["type"], str) else rule["type"]
    return {_TYPES[name] for name in names} | ({int} if "number" in names else set())


def _members_fit(values: Sequence[dict[str, Any]], rule: Rule) -> bool:
    """Whether the members that `properties` does not name are allowed: all of them, by default."""
    others = rule.get("additionalProperties", {})
    if others == {}:
        return True
    known = rule.get("properties", {}).keys()
    if all(known >= set(names) for names in _spellings(values)):
        return True
    unknown = [value[name] for value in values for name in value.keys() - known]
    return not unknown or (others is not False and fits(unknown, others))


def _properties(values: Sequence[dict[str, Any]], properties: dict[str, Rule]) -> bool:
    shared: set[str] = set.intersection(*map(set, _spellings(values))) if values else set()
    return all(
        fits(
            list(map(itemgetter(name), values))
            if name in shared
            else [value[name] for value in values if name in value],
            rule,
        )
        for name, rule in properties.items()
    )


def _required(values: Sequence[dict[str, Any]], names: Sequence[str]) -> bool:
    return all(set(own).issuperset(names) for own in _spellings(values))


def _spellings(values: Sequence[dict[str, Any]]) -> set[tuple[str, ...]]:
    """The names of the objects' members: thousands of objects have them in a few orders."""
    return set(map(tuple, values))


_CHECKS: dict[str, Check] = {
    "properties": _properties,
    "required": _required,
    "propertyNames": lambda values, rule: fits(list(chain.from_iterable(values)), rule),
    "items": lambda values, rule: fits(list(chain.from_iterable(values)), rule),
    "minItems": lambda values, limit: min(map(len, values)) >= limit,
    "maxItems": lambda values, limit: max(map(len, values)) <= limit,
    "minLength": lambda values, limit: min(map(len, values)) >= limit,
    # A rule of texts that says nothing of the numbers that the field may hold as well.
    "maxLength": lambda values, limit: all(
        len(value) <= limit for value in values if isinstance(value, str)
    ),
    "minimum": lambda values, limit: bool(min(values) >= limit),
    "maximum": lambda values, limit: bool(max(values) <= limit),
    "exclusiveMinimum": lambda values, limit: bool(min(values) > limit),
    "pattern": lambda values, pattern: all(re.search(pattern, value) for value in set(values)),
    "enum": lambda values, allowed: set(values) <= set(allowed),
    "const": lambda values, only: all(value == only for value in values),
}
