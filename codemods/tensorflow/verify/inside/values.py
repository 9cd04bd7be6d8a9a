"""The values of one graph's tensors: initialises its variables in a session of our own, and sums up what they hold."""
# ruff: noqa: B905, UP006, UP035, UP045  (Python 3.6 knows no `list[str]`, `str | None` and `zip(strict=)`)

import hashlib
import importlib
from typing import Any, Dict, Iterator, List, Optional

from .library import Library
from .record import Watched

_BATCH = 64_000_000  # bytes of values that are fetched at once: each fetch costs the more, the larger the graph is
_UNKNOWN = 1_000_000  # bytes that a value of unknown shape is taken for
_BLOCK = 1 << 20  # numbers that are widened at once


class Values:
    """The values of one graph's tensors once its variables are initialised."""

    def __init__(self, library: Library, watched: Watched, run: Any) -> None:
        self._library = library
        self._watched = watched
        self._run = run
        self._failures = (library.v1.errors.OpError, ValueError, TypeError, RuntimeError, AttributeError)
        self._errors: Dict[int, str] = {}
        self._session = self._open()
        self._fill()

    def _open(self) -> Any:
        """A session that optimises nothing: every fetch would pay for it again."""
        v1 = self._library.v1
        config = v1.ConfigProto(
            intra_op_parallelism_threads=1, inter_op_parallelism_threads=1, allow_soft_placement=True
        )
        config.graph_options.rewrite_options.disable_meta_optimizer = True
        config.graph_options.optimizer_options.opt_level = v1.OptimizerOptions.L0
        return v1.Session(graph=self._watched.graph, config=config)

    def _fill(self) -> None:
        """Initialises all variables at once, or one by one in a fresh session where that fails."""
        made = self._watched.made
        try:
            self._run(self._session, [one.variable.initializer for one in made])
        except self._failures as error:
            self._errors = dict.fromkeys(range(len(made)), _short(error))
        else:
            return
        self._session = self._open()
        for _ in range(2):  # a value may need a variable that is made later
            for index in sorted(self._errors):
                self._initialize(index)

    def _initialize(self, index: int) -> None:
        try:
            self._run(self._session, self._watched.made[index].variable.initializer)
        except self._failures as error:
            self._errors[index] = _short(error)
        else:
            del self._errors[index]

    def variables(self) -> List[Dict[str, Any]]:
        """The summary of every variable's value, or why there is none."""
        held = [index for index in range(len(self._watched.made)) if index not in self._errors]
        tensors = [self._watched.made[index].variable._as_graph_element() for index in held]
        found = dict(zip(held, self.of(tensors)))
        return [found.get(index) or {"error": self._errors[index]} for index in range(len(self._watched.made))]

    def of(self, tensors: List[Any]) -> Iterator[Dict[str, Any]]:
        """The summaries of any tensors' values, or why there is none."""
        batch: List[Any] = []
        size = 0
        for tensor in tensors:
            batch.append(tensor)
            size += _bytes(tensor)
            if size >= _BATCH:
                yield from self._fetch(batch)
                batch, size = [], 0
        yield from self._fetch(batch)

    def _fetch(self, batch: List[Any]) -> List[Dict[str, Any]]:
        if not batch:
            return []
        try:
            return [summary(array) for array in self._run(self._session, batch)]
        except self._failures as error:
            if len(batch) == 1:
                return [{"error": _short(error)}]
        return [one for tensor in batch for one in self._fetch([tensor])]

    def sample(self, tensor: Any, draws: int) -> List[float]:
        """At least `draws` numbers drawn from a tensor that is random, by evaluating it again and again."""
        found: List[float] = []
        for _ in range(draws):
            try:
                array = self._run(self._session, tensor)
            except self._failures:
                return found
            if not _is_number(array) or not array.size:
                return found
            found.extend(float(x) for x in array.reshape(-1)[:draws])
            if len(found) >= draws:
                break
        return found[:draws]


def summary(array: Any) -> Dict[str, Any]:
    """A digest of all bytes of a value and, for numbers, what they look like."""
    if not hasattr(array, "dtype"):  # one string
        array = importlib.import_module("numpy").array(array, dtype=object)
    digest = hashlib.sha256(f"{array.dtype} {array.shape} ".encode("ascii"))
    if array.dtype.kind not in "OSU":
        for block in _blocks(array):
            digest.update(block.tobytes())
    else:
        digest.update(repr(array.tolist()).encode("utf-8"))
    found: Dict[str, Any] = {"digest": digest.hexdigest()[:32], "count": int(array.size)}
    if _is_number(array) and array.size:
        found.update(_looks(array))
    return found


def _looks(array: Any) -> Dict[str, Optional[float]]:
    """Mean, standard deviation and limits, with no more than a block of the array widened at a time."""
    mean = sum(float(block.sum()) for block in _wide(array)) / array.size
    variance = sum(float(((block - mean) ** 2).sum()) for block in _wide(array)) / array.size
    low = min(float(block.min()) for block in _wide(array))
    high = max(float(block.max()) for block in _wide(array))
    return {"mean": _number(mean), "std": _number(variance**0.5), "low": _number(low), "high": _number(high)}


def _wide(array: Any) -> Iterator[Any]:
    for block in _blocks(array):
        yield block.astype("float64") if array.dtype.kind != "c" else abs(block)


def _blocks(array: Any) -> Iterator[Any]:
    flat = array.reshape(-1)
    for start in range(0, flat.size, _BLOCK):
        yield flat[start : start + _BLOCK]


def _bytes(tensor: Any) -> int:
    """How large a tensor's value will be, as far as its shape tells."""
    count = tensor.shape.num_elements()
    return _UNKNOWN if count is None else int(count) * max(tensor.dtype.size, 1)


def _number(value: float) -> Optional[float]:
    """A float that JSON can hold."""
    return value if value - value == 0 else None


def _is_number(array: Any) -> bool:
    return getattr(array, "dtype", None) is not None and (array.dtype.kind in "iufc" or array.dtype.kind == "V")


def _short(error: BaseException) -> str:
    """An exception's type; its message holds names, which a migration may change."""
    return type(error).__name__
