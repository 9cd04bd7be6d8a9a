"""The codemods as the engine knows them, and the analysis that they share; their code is imported once it is called."""

from __future__ import annotations

from codemods.tensorflow.rules import GET_VARIABLE_RULES, LAYER_RULES
from codemods.tensorflow.triggers import COMPANIONS, TRIGGERS, is_tensorflow
from migrate.codemod import Analysis, Codemod, Deferred

__all__ = ["ANALYSIS", "GET_VARIABLE", "LAYER_SCOPES"]

ANALYSIS = Analysis(
    name="tensorflow-variables",
    triggers=TRIGGERS,
    companions=COMPANIONS,
    index=Deferred("codemods.tensorflow.indexing.index:index"),
    glance=Deferred("codemods.tensorflow.glance:glance"),
    link=Deferred("codemods.tensorflow.link:link"),
    opens=Deferred("codemods.tensorflow.leading:opens"),
    seeks=Deferred("codemods.tensorflow.leading:seeks"),
    follows=Deferred("codemods.tensorflow.leading:follows"),
    library=is_tensorflow,
    remains=Deferred("codemods.tensorflow.link:remains"),
    apart=True,
)
_NAMES = ("idiomatic", "keep")
_ABOUT = {
    "names": "Whether variables get the names that a programmer would choose, or keep every one.",
    "form": "Whether a value becomes a shape and an initializer where it can, or is always handed on.",
    "layers": "How much of what builds variables is put under scopes.",
}
GET_VARIABLE = Codemod(
    name="get-variable",
    summary="tf.Variable(init, name=...) becomes tf.get_variable(name, shape, initializer=...)",
    rules=tuple(GET_VARIABLE_RULES.values()),
    analysis=ANALYSIS,
    rewrite=Deferred("codemods.tensorflow.get_variable:rewrite"),
    options={"names": _NAMES, "form": ("shape", "value")},
    about=_ABOUT,
)
LAYER_SCOPES = Codemod(
    name="layer-scopes",
    summary="Name scopes that hold variables become variable scopes; what runs again gets a scope for each run",
    rules=tuple(LAYER_RULES.values()),
    analysis=ANALYSIS,
    rewrite=Deferred("codemods.tensorflow.layer_scopes:rewrite"),
    options={"names": _NAMES, "layers": ("full", "all", "minimal", "off")},
    about=_ABOUT,
)
