"""The engine's own rules: why a rewrite that a codemod offers is not made, and what comments in the code ask for."""

from __future__ import annotations

from migrate.model import Rule, RuleKind

__all__ = [
    "CONFLICT",
    "DECLINED",
    "DEPENDENT",
    "DESELECTED",
    "LEVEL",
    "RULES",
    "SUPPRESSED",
    "UNPARSABLE",
    "UNSTABLE",
    "UNUSED_IGNORE",
]

LEVEL = "M001"
SUPPRESSED = "M002"
DESELECTED = "M003"
DEPENDENT = "M004"
DECLINED = "M005"
CONFLICT = "M006"
UNPARSABLE = "M007"
UNSTABLE = "M008"
UNUSED_IGNORE = "M009"


def _left(code: str, name: str, summary: str, page: str) -> Rule:
    return Rule(code, name, RuleKind.LEFT, summary, page)


RULES: tuple[Rule, ...] = (
    _left(
        LEVEL,
        "held-back-by-level",
        "The rewrite is known but its level is not allowed by this run",
        """## What it means
A codemod knows how to rewrite this call, but the rewrite is of a level that `--level` does not allow. `exact` keeps
every graph name, `renames` keeps the variables and changes some names, `unsafe` may change the program.

## Why
How far a migration may go is not the tool's to decide: where old checkpoints must load, a good rewrite that renames a
variable is a bad one.

## Example
```python
import tensorflow.compat.v1 as tf

w = tf.Variable(tf.zeros([2]))
```

```console
$ migrate --check -q --output-format concise --level exact src/
src/net.py:3:5: M001 left GV101 is of level renames, this run allows exact: tf.Variable becomes get_variable ...
```

## What to do
Look at the rewrite with `migrate --dry-run --level renames` (or `unsafe`) and apply it at that level if it is what you
want. `level = "exact"` in `[tool.migrate]` makes the choice for everybody.
""",
    ),
    _left(
        SUPPRESSED,
        "suppressed-by-comment",
        "A comment in the source asks to leave this call as it is",
        """## What it means
The statement carries `# migrate: ignore` or `# migrate: ignore[CODE]`. The call is counted as left; `--strict` accepts
it, since a person has looked at it.

## Why
What somebody decided belongs beside the code, with its reason, and not into a list elsewhere.

## Example
```python
import tensorflow.compat.v1 as tf

w = tf.Variable(0, name="w")  # migrate: ignore[GV102] read by name elsewhere
```

```console
$ migrate --check -q --output-format concise src/
src/net.py:3:5: M002 left GV102 is ignored by a comment (read by name elsewhere): tf.Variable becomes get_va ...
```

## What to do
Nothing. Remove the comment when its reason is gone.
""",
    ),
    _left(
        DESELECTED,
        "not-selected",
        "The finding's rule is switched off by --select or --ignore",
        """## What it means
`--select` or `--ignore`, or the same keys in `[tool.migrate]`, switch this rule off. The call is counted as left;
`--strict` accepts it.

## Why
A call that was seen is never passed over without a word, by whatever choice.

## Example
```python
import tensorflow.compat.v1 as tf

w = tf.Variable(tf.zeros([2]))
```

```console
$ migrate --check -q --output-format concise --ignore GV101 src/
src/net.py:3:5: M003 left GV101 is switched off: tf.Variable becomes get_variable with a shape and an initia ...
```

## What to do
Nothing, or drop the code from `ignore` (add it to `select`).
""",
    ),
    _left(
        DEPENDENT,
        "needs-another-rewrite",
        "The rewrite is only right together with another one that is not made",
        """## What it means
Some rewrites belong together: a call whose new name is only free inside a scope needs that scope. The one that this
call needs was held back (by level, a comment, a choice in a review, or a conflict) or stands in a file that was not
named, so this one is held back too, in whatever file it stands.

## Why
Half of such a pair is another program: below, the variable would be called `w` and no longer `hidden/w`.

## Example
```python
import tensorflow.compat.v1 as tf

with tf.name_scope("hidden"):
    w = tf.Variable(tf.zeros([2]), name="w")
```

```console
$ migrate --check -q --output-format concise --ignore LS101 src/
src/net.py:3:6: M003 notice LS101 is switched off: the name scope "hidden" becomes a variable scope of the s ...
src/net.py:4:9: M004 left GV101 needs LS101@src/net.py:3:6, which is not made: tf.Variable becomes get_varia ...
```

## What to do
The message names the finding that is missing. Allow that one, and this one follows.
""",
    ),
    _left(
        DECLINED,
        "declined",
        "The rewrite was not accepted in the review, or lies outside what this run was asked to change",
        """## What it means
In `--interactive` the answer was no, the verification of `--verify` failed because of it, or it lies outside of what
the run was asked to change. The source stays as it is.

## Why
A review is there to be able to say no.

## Example
```python
import tensorflow.compat.v1 as tf

w = tf.Variable(tf.zeros([2]), name="w")
```

```console
$ migrate --interactive --output-format concise src/
Make this change (exact) [y,n,a,d,q,e,?]? n
src/net.py:3:5: M005 left GV101 was declined in the review: tf.Variable becomes get_variable with a shape an ...
```

## What to do
Run again and answer yes, or put `# migrate: ignore[CODE] reason` on the statement to be asked no more.
""",
    ),
    _left(
        CONFLICT,
        "overlapping-rewrites",
        "The rewrite overlaps another one that was made first",
        """## What it means
Two rewrites want to change the same characters. The first by position is made, this one is not.

## Why
Each rewrite is right for the text that its codemod has seen, and nobody has seen what the two would make together.

## Example
One codemod calls `old` `one`, another calls it `two`:

```python
w = old("clash")
```

```console
$ migrate --check -q --output-format concise src/
src/net.py:1:5: TB101 exact is called one
src/net.py:1:5: M006 left TB102 overlaps a rewrite before it: is called two (Run once more: it is then looke ...
```

## What to do
Run `migrate` once more: what is left is then rewritten by itself. Should it be reported again, write it by hand.
""",
    ),
    _left(
        UNPARSABLE,
        "result-does-not-parse",
        "The file is left alone because its rewritten text would not be valid Python",
        """## What it means
Every rewritten file is parsed before it is shown or written. This one did not parse, so none of its rewrites is made.
This is a mistake in a codemod, never in your program.

## Why
A file that no longer parses is worse than one that is not migrated.

## Example
A codemod makes `new((` of `old(`:

```python
w = old("parse")
```

```console
$ migrate --check -q --output-format concise src/
src/net.py:1:5: M007 left TB101 would not parse ('(' was never closed): is made invalid (Please report this  ...
```

## What to do
Please report it with the statement that the finding points at. Until then `# migrate: ignore` on that statement lets
the rest of the file through.
""",
    ),
    _left(
        UNSTABLE,
        "second-pass-not-empty",
        "The file is left alone because a second run would change it again",
        """## What it means
A run over the rewritten file would rewrite it once more, so none of this file's rewrites is made. This is a mistake in
a codemod, never in your program.

## Why
A rewrite that does not settle cannot be trusted, and would make every check in CI fail for ever.

## Example
A codemod makes two calls of each, at each run:

```python
w = old("grow")
```

```console
$ migrate --check -q --output-format concise src/
src/net.py:1:5: M008 left TB101 would be rewritten again by a second run: grows (Please report this as a mis ...
```

## What to do
Please report it with the statement that the finding points at.
""",
    ),
    Rule(
        UNUSED_IGNORE,
        "unused-ignore",
        RuleKind.NOTICE,
        "An ignore comment silences nothing",
        """## What it means
There is a `# migrate: ignore` here, but nothing on its statement is found under the codes that the message names. Other
codes in the same comment may well silence something.

## Why
A comment that has no effect any more hides the next finding on its line, and misleads whoever reads it.

## Example
```python
import tensorflow.compat.v1 as tf

v = tf.get_variable("v", [3])  # migrate: ignore[GV101]
```

```console
$ migrate --check -q --output-format concise src/
src/net.py:3:32: M009 notice nothing here is found under GV101
```

## What to do
Remove the comment, or correct its codes.
""",
    ),
)
