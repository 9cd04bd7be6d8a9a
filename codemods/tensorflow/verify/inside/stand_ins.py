"""Stand-ins for modules that are missing: anything may be asked of them, so that a training script needs no data."""
# ruff: noqa: UP006, UP035, UP045  (Python 3.6 knows no `list[str]` and no `str | None`)

import importlib.machinery
import sys
import types
from typing import Any, Iterator, List, Optional, Set, Tuple

_LIBRARIES = ("/tensorflow", "/numpy/", "<__array_function__")


class StandIns:
    """Finds modules that nothing else finds (`missing`), and takes the place of those that are `named`."""

    def __init__(self, named: List[str], missing: bool) -> None:
        self.named = named
        self.missing = missing
        self.used: Set[str] = set()

    @property
    def wanted(self) -> bool:
        """Whether there is anything to stand in for."""
        return bool(self.named) or self.missing

    def replace(self) -> None:
        """Puts stand-ins in the place of the named modules, found or not."""
        for name in self.named:
            sys.modules[name] = self._make(name)
            parent, _, last = name.rpartition(".")
            if parent in sys.modules:
                setattr(sys.modules[parent], last, sys.modules[name])

    def find_spec(self, name: str, *_: Any, **__: Any) -> Optional[importlib.machinery.ModuleSpec]:
        """The last of the finders: whoever comes here would otherwise be told that there is no such module."""
        parent = name.rpartition(".")[0]
        below = isinstance(sys.modules.get(parent), StandIn)
        asked = any(name == one or name.startswith(one + ".") for one in self.named)
        if not (below or asked or (self.missing and _is_wanted_by_user())):
            return None
        return importlib.machinery.ModuleSpec(name, self, is_package=True)  # type: ignore[arg-type]

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> types.ModuleType:
        """The stand-in for a module."""
        return self._make(spec.name)

    def exec_module(self, module: types.ModuleType) -> None:
        """Nothing runs."""

    def _make(self, name: str) -> "StandIn":
        self.used.add(name)
        return StandIn(name)


def _is_wanted_by_user() -> bool:
    """Whether the import stands outside the installed packages, whose own optional imports must go on failing."""
    frame = sys._getframe(2)
    while frame is not None:
        path = frame.f_code.co_filename
        if "importlib" not in path and __name__.split(".")[0] not in frame.f_globals.get("__name__", ""):
            return "site-packages" not in path and not path.startswith("<") and sys.prefix not in path
        if frame.f_back is None:
            return False
        frame = frame.f_back
    return False


class Anything(int):
    """The number 1, which answers every attribute, call, index and sum with another of its kind, and iterates twice.

    A number, because TensorFlow and NumPy take numbers for shapes and values everywhere; to them it is nothing else.
    Three levels down nothing iterates any more: NumPy would go down all levels that there are.
    """

    def __new__(cls, *_: Any) -> "Anything":
        """The number 1, whatever it is shown as."""
        return int.__new__(cls, 1)

    def __init__(self, path: str, depth: int = 0) -> None:
        self.__path = path
        self.__depth = depth

    def __repr__(self) -> str:
        return f"<stand-in for {self.__path}>"

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):  # what TensorFlow knows its own objects by
            raise AttributeError(name)
        return Anything(self.__path + "." + name)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Another of its kind; what it is given where it serves as a decorator."""
        if len(args) == 1 and not kwargs and callable(args[0]):
            return args[0]
        return Anything(self.__path + "()")

    def __getitem__(self, key: Any) -> Any:
        return Anything(f"{self.__path}[{key!r}]")

    def __setitem__(self, key: Any, value: Any) -> None:
        pass

    def __iter__(self) -> Iterator[Any]:
        self.__check_length()
        return iter([Anything(self.__path + "[...]", self.__depth + 1) for _ in range(2)])

    def __len__(self) -> int:
        self.__check_length()
        return 1

    def __check_length(self) -> None:
        asking = sys._getframe(2).f_code.co_filename
        if self.__depth > 2 or any(part in asking for part in _LIBRARIES):
            raise TypeError("a number has no length")

    def __enter__(self) -> Any:
        return self

    def __exit__(self, *_: Any) -> None:
        pass

    def __fspath__(self) -> str:
        return "stand-in"

    def __lt__(self, other: Any) -> bool:
        return False

    __gt__ = __le__ = __ge__ = __lt__

    def _itself(self, *_: Any) -> Any:
        return self

    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __pow__ = __neg__ = _itself
    __truediv__ = __rtruediv__ = __floordiv__ = __rfloordiv__ = __mod__ = __rmod__ = __matmul__ = _itself

    def __mro_entries__(self, bases: Tuple[Any, ...]) -> Tuple[type, ...]:
        return (object,) if len(bases) == 1 else ()


class StandIn(types.ModuleType):
    """A module of which everything may be asked."""

    def __init__(self, name: str) -> None:
        types.ModuleType.__init__(self, name)
        self.__path__: List[str] = []
        self.__all__: List[str] = []

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") and name.endswith("__"):
            raise AttributeError(name)
        return Anything(self.__name__ + "." + name)
