"""The command line: arguments to commands, and whatever ends a run to its exit code.

`migrate PATHS...` needs no sub-command; it is the hidden command `run`, put in where no other command is named.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from types import TracebackType
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

from migrate import commands, streams
from migrate.discover import PathError
from migrate.executors import ExecutorError
from migrate.output.messages import say
from migrate.paths.git import GitError
from migrate.registry import RegistryError
from migrate.settings import SettingsError, check_filled
from migrate.streams import StreamError

__all__ = ["main"]

USAGE_ERROR, INTERRUPTED, CLOSED_PIPE, INTERNAL = 2, 130, 141, 70
_COMPLETION = {
    "--install-completion": "Have the shell complete commands, options and codes.",
    "--show-completion": "Show what that would install.",
}
_SHELLS = ("bash", "zsh", "fish", "powershell", "pwsh")
_WRONG_USE = (SettingsError, PathError, ExecutorError, GitError, RegistryError, commands.CommandError, StreamError)
_ClickException: type[Exception] = typer.BadParameter.__mro__[2]  # typer has its own copy of click since 0.22


def main(arguments: Sequence[str] | None = None) -> None:
    """Runs the command that `arguments` ask for, those of the process by default, and exits with its code."""
    sys.excepthook = _report_crash
    streams.mend()
    sys.exit(_run(list(sys.argv[1:] if arguments is None else arguments)))


def _run(arguments: list[str]) -> int:
    try:
        code = _command().main(arguments, prog_name="migrate", standalone_mode=False)
        sys.stdout.flush()
    except (_Interrupted, KeyboardInterrupt, typer.Abort):
        say("interrupted")
        return INTERRUPTED
    except (_ClosedPipe, BrokenPipeError):
        streams.discard_output()
        return CLOSED_PIPE
    except _WRONG_USE as error:
        if isinstance(error, StreamError):
            streams.discard_output()
        say(f"error: {error}")
        return USAGE_ERROR
    except _ClickException as error:
        say(f"error: {_one_line(error)}")
        return USAGE_ERROR
    return code if isinstance(code, int) else 0


def _one_line(error: Exception) -> str:
    """What a usage error says, and where to read on."""
    message: str = error.format_message() if hasattr(error, "format_message") else str(error)
    context = getattr(error, "ctx", None)
    name = context.info_name if context else ""
    command = f"migrate {name}" if name in commands.names() else "migrate"
    return " ".join(message.split()).rstrip(".") + f"; see {command} --help"


def _report_crash(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Python would exit with 1, which means that something would change."""
    import traceback  # noqa: PLC0415

    traceback.print_exception(kind, error, trace)
    sys.stderr.write("migrate: internal error; please report it with the lines above\n")
    sys.stderr.flush()
    os._exit(INTERNAL)


class _Run(TyperCommand):
    """The main command, whose help also shows the others."""

    def format_usage(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002
        formatter.write_usage("migrate", "[OPTIONS] PATHS...")
        formatter.write("       migrate COMMAND ...\n")

    def format_options(self, ctx: Any, formatter: Any) -> None:
        panels: dict[str, list[tuple[str, str]]] = {}
        for parameter in self.get_params(ctx):
            record = parameter.get_help_record(ctx)
            if record and parameter.name != "paths":
                panels.setdefault(getattr(parameter, "rich_help_panel", None) or "Options", []).append(record)
        panels["Options"] += [(f"{option} [SHELL]", text) for option, text in _COMPLETION.items()]
        for title, records in panels.items():
            with formatter.section(title):
                formatter.write_dl(records)
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, text in commands.summaries().items()])


class _Beside(TyperCommand):
    """A command beside the main one, whose options are not checked as settings."""

    def parse_args(self, ctx: Any, args: list[str]) -> Any:
        given = {} if ctx.resilient_parsing else self.make_parser(ctx).parse_args([*args])[0]
        for parameter in self.get_params(ctx):
            value = given.get(parameter.name or "")
            words = [one for one in (value if isinstance(value, list) else [value]) if isinstance(one, str)]
            if parameter.param_type_name == "option":
                check_filled(words, max(parameter.opts, key=len), parameter.metavar or "a word")
        return super().parse_args(ctx, args)


class _Interrupted(Exception):  # noqa: N818 - the user's wish, not an error
    """Stands for KeyboardInterrupt and EOFError, which typer answers in its own way."""


class _ClosedPipe(Exception):  # noqa: N818 - nor is this
    """Stands for BrokenPipeError, of which typer makes an exit with 1."""


class _Commands(TyperGroup):
    """The commands by name, each loaded when it is asked for."""

    def parse_args(self, ctx: Any, args: list[str]) -> Any:
        completing = ctx.resilient_parsing and not args
        if args and args[0] in _COMPLETION and not ctx.resilient_parsing:
            _completion(ctx, *args)
        if not completing and not (args and (args[0] in _COMPLETION or _is_command(args[0]))):
            args = ["run", *args]
        return super().parse_args(ctx, args)

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except (KeyboardInterrupt, EOFError) as error:
            raise _Interrupted from error
        except BrokenPipeError as error:
            raise _ClosedPipe from error

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002
        return list(commands.names())

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002
        if cmd_name != "run" and cmd_name not in commands.names():
            return None
        app = typer.Typer(add_completion=False, rich_markup_mode=None)
        kind = _Run if cmd_name == "run" else _Beside
        app.command(cmd_name, cls=kind, context_settings=_CONTEXT)(commands.load(cmd_name))
        return typer.main.get_command(app)

    def shell_complete(self, ctx: Any, incomplete: str) -> Any:
        """The first word may be a command, an option of the main command, or a path."""
        run = self.get_command(ctx, "run")
        inner = run.make_context("run", [], parent=ctx, resilient_parsing=True)
        return [*super().shell_complete(ctx, incomplete), *run.shell_complete(inner, incomplete)]


def _is_command(word: str) -> bool:
    """Whether a word names a command; for options and most paths nobody has to ask what is installed."""
    return not word.startswith(("-", ".", os.sep)) and word in commands.names()


def _completion(ctx: Any, option: str, shell: str = "", *rest: str) -> None:
    """Shows or installs what makes a shell complete, for the one that is named or, typer's guess, the one that runs."""
    from typer.completion import install_callback, show_callback  # noqa: PLC0415

    if rest or (shell and shell not in _SHELLS):
        raise commands.CommandError(f"{option} takes one of {', '.join(_SHELLS)}, not {' '.join((shell, *rest))}")
    show = show_callback if option == "--show-completion" else install_callback
    try:
        show(ctx, ctx.command.params[0], shell or True)
    except (typer.Exit, OSError) as error:
        why = f"no shell is known to run here; name one: {option} {'|'.join(_SHELLS)}"
        raise commands.CommandError(error.strerror if isinstance(error, OSError) and error.strerror else why) from error


_CONTEXT = {"help_option_names": ["-h", "--help"]}


def _command() -> Any:
    app = typer.Typer(cls=_Commands, rich_markup_mode=None, pretty_exceptions_enable=False)
    app.callback(cls=_Commands)(_root)
    return typer.main.get_command(app)


def _root() -> None:
    """Rewrites Python programs, and shows every change before it is made."""
