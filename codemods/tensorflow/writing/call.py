"""Builds the `get_variable` call that does what a `tf.Variable` call did, and the edits that put it in place."""

from __future__ import annotations

import ast
import enum
import re
from collections.abc import Mapping
from dataclasses import dataclass

from codemods.tensorflow.dtypes import is_none, says
from codemods.tensorflow.initializers import VARIABLE, VARIABLE_2
from codemods.tensorflow.request import CallRequest
from codemods.tensorflow.writing.arguments import Inner, Item, NewCall
from codemods.tensorflow.writing.effects import order_shows
from codemods.tensorflow.writing.fold import Fold, find_fold
from codemods.tensorflow.writing.forms import Shaped, Whole, Why, Wrapping
from codemods.tensorflow.writing.initial import initial_items
from codemods.tensorflow.writing.layout import Unreadable, lay_out
from codemods.tensorflow.writing.misplaced import Misplaced, misplaced
from codemods.tensorflow.writing.remarks import Remark, remarks
from codemods.tensorflow.writing.values import read_value
from migrate.model import Edit
from migrate.syntax.bindings import assigned_values
from migrate.syntax.calls import Argument, Unbound, bind
from migrate.syntax.module import Module
from migrate.syntax.walk import CallSite

__all__ = ["CallEdit", "Refusal", "Refused", "build"]


class Refused(enum.Enum):
    """Why a call is left alone, whatever its name."""

    STAR_ARGUMENTS = "it passes *args or **kwargs, which only a run can see"
    ARGUMENTS = "its arguments do not fit tf.Variable"
    VARIABLE_DEF = "variable_def= has no counterpart in get_variable"
    IMPORT_SCOPE = "import_scope= has no counterpart in get_variable"
    NO_VALUE = "it has no initial value"
    SHAPE = "shape= has no counterpart beside an initial value"
    MASKED = "it holds Python 2 syntax or notebook magic"
    CALLABLE = "the initial value may be a function, whose dtype get_variable would ignore"
    UNSUPPORTED = "its spelling is not understood"


@dataclass(frozen=True, slots=True)
class CallEdit:
    """The new call. `why` says why the value form was taken where it is; None in the shape form."""

    changes: tuple[Edit, ...]
    why: Why | None
    remarks: tuple[Remark, ...] = ()


@dataclass(frozen=True, slots=True)
class Refusal:
    """The call is left alone."""

    reason: Refused


def build(module: Module, call: ast.Call, request: CallRequest, site: CallSite | None = None) -> CallEdit | Refusal:
    """The edits that turn `call`, a creation of a variable, into a call of `get_variable`, or why there are none.

    `site` is where the call stands; where it is given, an initial value made on the line above may be folded in.
    """
    bound = bind(call, VARIABLE_2 if request.version_2 else VARIABLE)
    if isinstance(bound, Unbound):
        return Refusal(Refused.STAR_ARGUMENTS if bound is Unbound.STAR else Refused.ARGUMENTS)
    refused = _refused(module, call, bound)
    if refused is not None:
        return Refusal(refused)
    return _Builder(module, call, request, bound, site).build()


def _refused(module: Module, call: ast.Call, bound: Mapping[str, Argument]) -> Refused | None:
    span = module.span(call)
    if module.source.text[span.start : span.end] != module.source.code[span.start : span.end]:
        return Refused.MASKED
    if "initial_value" not in bound or is_none(bound["initial_value"].value):
        return Refused.NO_VALUE
    if isinstance(bound["initial_value"].value, ast.GeneratorExp | ast.NamedExpr | ast.Yield | ast.YieldFrom):
        return Refused.UNSUPPORTED
    for name, reason in _NO_COUNTERPART.items():
        if name in bound and not is_none(bound[name].value):
            return reason
    return None


_NO_COUNTERPART: Mapping[str, Refused] = {
    "variable_def": Refused.VARIABLE_DEF,
    "import_scope": Refused.IMPORT_SCOPE,
    "shape": Refused.SHAPE,
    "experimental_enable_variable_lifting": Refused.UNSUPPORTED,
}
_DROPPED = frozenset({"name", "expected_shape", *_NO_COUNTERPART})


class _Builder:
    """Decides the new arguments one by one, in the order of the old ones."""

    def __init__(
        self,
        module: Module,
        call: ast.Call,
        request: CallRequest,
        bound: Mapping[str, Argument],
        site: CallSite | None,
    ) -> None:
        self.module, self.call, self.request, self.bound = module, call, request, bound
        self.dtype = bound["dtype"].value if "dtype" in bound else None
        self.fold: Fold | None = None
        self.value = self.read(site)
        self.late_name = self.named_late()

    def read(self, site: CallSite | None) -> Shaped | Whole:
        """What the initial value becomes, looking at the line above where the value is a name from there."""
        value = self.bound["initial_value"].value
        validated = "validate_shape" not in self.bound or _is_true(self.bound["validate_shape"].value)
        if site is not None and self.request.form == "shape" and validated:
            fold = find_fold(self.module, value, site, self.request)
            found = read_value(fold.value, self.dtype, self.request, self.module) if fold else None
            if isinstance(found, Shaped):
                self.fold = fold
                return found
        return read_value(value, self.dtype, self.request, self.module, validated)

    def build(self) -> CallEdit | Refusal:
        """The edit, once every argument is decided."""
        value = self.value
        if isinstance(value, Whole) and value.wrapping is Wrapping.CONVERT and self.may_be_function():
            return Refusal(Refused.CALLABLE)
        name = None if self.late_name is not None else self.bound.get("name")
        new = NewCall(
            self.request.spell("get_variable"),
            tuple(self.items()),
            None if name is None else name.index,
            self.request.creates,
            self.request.deeper,
        )
        try:
            edits = lay_out(self.module, self.call, new)
        except Unreadable:
            return Refusal(Refused.UNSUPPORTED)
        return CallEdit(
            changes=(*((self.fold.removal,) if self.fold else ()), *edits),
            why=value.why if isinstance(value, Whole) else None,
            remarks=tuple(remarks(self.module, self.bound, self.request)),
        )

    def may_be_function(self) -> bool:
        """Whether a name that nothing shows looks like a function's."""
        value = self.bound["initial_value"].value
        name = value.id if isinstance(value, ast.Name) else value.attr if isinstance(value, ast.Attribute) else ""
        return bool(_FUNCTION_NAME.search(name)) and not assigned_values(self.module, name, self.request.scope)

    def items(self) -> list[Item]:
        """The new arguments, name first unless that shows, the others in the order of the source."""
        name = _asked(self.request.name)
        items = [] if self.late_name is not None else [Item(None, name)]
        for keyword, argument in self.bound.items():
            if keyword == "name" and self.late_name is not None:
                items.append(Item("name", name, self.late_name))
            elif keyword == "initial_value":
                second = argument.index == 0 and self.late_name is None
                items += initial_items(self.module, self.value, argument, self.dtype, self.request, second=second)
            elif not self.dropped(keyword, argument):
                items.append(Item(keyword, (argument.value,), argument.index))
        if self.request.on_resources and "use_resource" not in self.bound:
            items.append(Item("use_resource", ("True",), len(self.bound) - 1))
        return items

    def named_late(self) -> int | None:
        """The place of a name that has to be evaluated where it stands, behind other arguments; None of any other."""
        name = self.bound.get("name")
        if name is None or self.module.text(name.value) not in self.request.name:
            return None
        earlier = [one.value for one in self.bound.values() if one.index < name.index]
        asked = isinstance(self.value, Whole) and "unique_name(" in self.request.name
        late = order_shows(name.value, earlier, self.request.resolve) or (asked and any(map(_names_ops, earlier)))
        return name.index if late else None

    def dropped(self, name: str, argument: Argument) -> bool:
        if name == "dtype":
            return not self.keeps_dtype(argument.value)
        if name == "trainable" and misplaced(argument.value, self.request) in (Misplaced.DTYPE, Misplaced.NAME):
            return True
        return name in _DROPPED or (argument.keyword is None and _is_default(name, argument.value))

    def keeps_dtype(self, dtype: ast.expr) -> bool:
        """Whether the variable's own `dtype=` is carried over."""
        value = self.value
        if isinstance(value, Whole):
            return value.keep_dtype
        if value.dtype is not None or is_none(dtype):
            return False
        return not says(dtype, "float32", self.request)


_ASKED = re.compile(r"(.*?\.unique_name)\((.*), mark_as_used=False\)", re.DOTALL)
_ON_BY_DEFAULT = ("trainable", "validate_shape")
_FUNCTION_NAME = re.compile(r"(?:^|_)(?:initializer|init_fn|init_func|fn|func|function|callable)$")


def _asked(name: str) -> tuple[str] | Inner:
    """A name that is asked of the graph, as the call that it is, whose lines may be broken; others as they stand."""
    match = _ASKED.fullmatch(name)
    return Inner(match[1], ((None, match[2]), ("mark_as_used", "False")), None) if match else (name,)


def _names_ops(node: ast.expr) -> bool:
    """Whether an expression makes ops that it names: what is asked for a name before would not know of theirs."""
    calls = (one for one in ast.walk(node) if isinstance(one, ast.Call))
    return any(item.arg == "name" for one in calls for item in one.keywords)


def _is_default(name: str, value: ast.expr) -> bool:
    """Whether an argument says what goes without saying: by position, it is there for the sake of those behind it."""
    return isinstance(value, ast.Constant) and value.value is (True if name in _ON_BY_DEFAULT else None)


def _is_true(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is True
