"""What programs read: each format is read back, validated by its schema, and its edits are made by another program."""

from __future__ import annotations

import io
import json
import os
import re
from pathlib import Path
from typing import Any
from urllib.parse import unquote_to_bytes

import awkward
import jsonschema
import pytest

import migrate.output
from migrate.model import Report
from migrate.output import FORMATS, PAGES, emit

HERE = Path(__file__).parent


def emitted(name: str, report: Report | None = None, **more: object) -> bytes:
    out = io.BytesIO()
    emit(name, report or awkward.report(), awkward.view(**more), out)
    return out.getvalue()


def lines_of(text: str) -> list[str]:
    return re.split(r"(?<=\n)|(?<=\r)(?!\n)", text)


def splice(text: str, found: set[tuple[int, int, str]]) -> str:
    done, pieces = 0, []
    for start, end, new in sorted(found):
        assert start >= done, "replacements overlap"
        pieces += [text[done:start], new]
        done = end
    return "".join(pieces) + text[done:]


def sarif_applied(
    log: dict[str, Any], contents: dict[bytes, bytes], results: list[dict[str, Any]]
) -> dict[bytes, bytes]:
    """Makes the first fix of each result, each different replacement once, by line and column."""
    run = log["runs"][0]
    assert run["columnKind"] == "unicodeCodePoints"
    wanted: dict[int, set[tuple[int, int, str]]] = {}
    texts: dict[int, str] = {}
    for result in results:
        for change in result["fixes"][0]["artifactChanges"] if "fixes" in result else ():
            location = change["artifactLocation"]
            artifact = run["artifacts"][location["index"]]
            assert artifact["location"]["uri"] == location["uri"]
            name = unquote_to_bytes(location["uri"])
            text = contents[name].decode(artifact["encoding"]).removeprefix("\ufeff")
            texts[location["index"]] = text
            lines = lines_of(text)
            for one in change["replacements"]:
                region = one["deletedRegion"]
                start, end = (
                    sum(map(len, lines[: region[f"{side}Line"] - 1])) + region[f"{side}Column"] - 1
                    for side in ("start", "end")
                )
                assert (start, end - start) == (region["charOffset"], region["charLength"])
                wanted.setdefault(location["index"], set()).add((start, end, one["insertedContent"]["text"]))
    done = dict(contents)
    for index, found in wanted.items():
        artifact = run["artifacts"][index]
        name = unquote_to_bytes(artifact["location"]["uri"])
        mark = b"\xef\xbb\xbf" if contents[name].startswith(b"\xef\xbb\xbf") else b""
        done[name] = mark + splice(texts[index], found).encode(artifact["encoding"])
    return done


def contents(report: Report) -> dict[bytes, bytes]:
    return {os.fsencode(one.path): one.before for one in report.results if one.before is not None}


def test_sarif_fits_the_published_schema() -> None:
    """The schema is Microsoft's, from the sarif-om distribution (MIT licence)."""
    schema = json.loads((HERE / "sarif-2.1.0-rtm.4.json").read_text())
    log = json.loads(emitted("sarif"))
    del log["$schema"]  # this copy wants its own address there
    jsonschema.Draft4Validator(schema).validate(log)
    broken = json.loads(json.dumps(log))
    broken["runs"][0]["results"][0]["level"] = "bad"
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft4Validator(schema).validate(broken)


def test_all_sarif_fixes_give_the_migrated_bytes() -> None:
    report = awkward.report()
    log = json.loads(emitted("sarif"))
    done = sarif_applied(log, contents(report), log["runs"][0]["results"])
    assert done == {os.fsencode(one.path): one.after for one in report.results if one.before is not None}


def test_a_single_sarif_fix_brings_what_it_requires() -> None:
    """One call alone: its import, and the loop's scopes around it, but no other call."""
    report = awkward.report()
    log = json.loads(emitted("sarif"))
    result = next(one for one in log["runs"][0]["results"] if one["message"]["text"] == "about tf.Variable(i)")
    name = unquote_to_bytes(result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"])
    text = sarif_applied(log, contents(report), [result])[name].decode("utf-8-sig")
    assert "import scopes" in text
    assert text.count("variable_scope(") == 2
    assert "tf.get_variable(" in text
    assert "tf.Variable(0.1)" in text
    compile(text, "net.py", "exec")


def test_sarif_places_and_notifications() -> None:
    run = json.loads(emitted("sarif"))["runs"][0]
    assert run["originalUriBaseIds"]["%SRCROOT%"]["uri"].endswith("/")
    uris = [one["location"]["uri"] for one in run["artifacts"]]
    assert "src/with%20space%20%E9%25.py" in uris
    assert all(one["location"]["uriBaseId"] == "%SRCROOT%" for one in run["artifacts"])
    invocation = run["invocations"][0]
    assert not invocation["executionSuccessful"]
    assert invocation["toolExecutionNotifications"][0]["locations"][0]["physicalLocation"]["region"]["startLine"] == 3
    rules = run["tool"]["driver"]["rules"]
    assert all(rules[one["ruleIndex"]]["id"] == one["ruleId"] for one in run["results"])


def test_fingerprints_outlive_a_line_above() -> None:
    def names(data: bytes) -> list[str]:
        report = Report((awkward.program("src/net.py", data),), 1)
        results = json.loads(emitted("sarif", report))["runs"][0]["results"]
        quality = json.loads(emitted("gitlab", report))
        found = [next(iter(one["partialFingerprints"].values())) for one in results]
        assert [one["fingerprint"] for one in quality] == found
        return found

    before = names(awkward.PROGRAM.encode())
    assert before == names(b"# a line above\n\n" + awkward.PROGRAM.encode())
    assert len(set(before)) == len(before)


def schema() -> dict[str, Any]:
    path = Path(migrate.output.__file__).with_name("schema.json")
    loaded: dict[str, Any] = json.loads(path.read_text())
    jsonschema.Draft202012Validator.check_schema(loaded)
    return loaded


def test_json_fits_its_schema() -> None:
    jsonschema.Draft202012Validator(schema()).validate(json.loads(emitted("json")))


def test_json_lines_fit_the_schema_and_say_the_same() -> None:
    definitions = schema()
    whole = json.loads(emitted("json"))
    found: dict[str, list[dict[str, Any]]] = {}
    for line in emitted("jsonl").splitlines():
        data = json.loads(line)
        kind = data.pop("type")
        part = {"$defs": definitions["$defs"], "$ref": f"#/$defs/{kind}"}
        jsonschema.Draft202012Validator(part).validate(data)
        found.setdefault(kind, []).append(data)
    assert found["finding"] == [one for file in whole["files"] for one in file["findings"]]
    assert found["failure"] == whole["failures"]
    assert found["end"] == [{key: whole[key] for key in ("summary", "renames", "rules")}]


def test_json_edits_give_the_migrated_bytes() -> None:
    report = awkward.report()
    before = contents(report)
    for file in json.loads(emitted("json"))["files"]:
        name = unquote_to_bytes(file["uri"])
        if not file["changed"]:
            continue
        found = {
            (edit["start"]["byte"], edit["end"]["byte"], edit["text"].encode(file["encoding"]))
            for finding in file["findings"]
            for edit in finding["edits"]
        }
        done, pieces = 0, []
        for start, end, new in sorted(found):
            pieces += [before[name][done:start], new]
            done = end
        expected = next(one.after for one in report.results if os.fsencode(one.path) == name)
        assert b"".join(pieces) + before[name][done:] == expected


def test_json_counts_add_up() -> None:
    data = json.loads(emitted("json"))
    summary = data["summary"]
    outcomes = [one["outcome"] for file in data["files"] for one in file["findings"]]
    assert (
        summary["rewritten"] + summary["left"] == summary["seen"] == len([one for one in outcomes if one != "notice"])
    )
    assert summary["rewritten"] == sum(summary["by_level"].values()) == outcomes.count("rewritten")
    assert summary["failed"] == len(data["failures"]) == 2
    assert {"old": "conv/Variable", "new": "conv/b", "exact": True} in data["renames"]


def test_github_commands_are_lines_with_the_worst_first() -> None:
    lines = emitted("github").decode().splitlines()
    severities = [re.match(r"::(error|warning|notice) title=[^:,]+,file=[^:,]+", line)[1] for line in lines]  # type: ignore[index]
    assert severities == sorted(severities, key=["error", "warning", "notice"].index)
    assert len(set(severities)) == 3
    assert severities.count("error") == 2


def test_gitlab_has_what_a_report_needs() -> None:
    entries = json.loads(emitted("gitlab"))
    assert len({one["fingerprint"] for one in entries}) == len(entries)
    for one in entries:
        assert one["severity"] in {"info", "minor", "major", "critical", "blocker"}
        assert one["location"]["lines"]["begin"] >= 1
        assert not one["location"]["path"].startswith(("/", "./"))
        assert one["description"]
        assert one["check_name"]


def test_concise_is_one_line_a_finding_path_first() -> None:
    lines = emitted("concise").split(b"\n")[:-1]
    report = awkward.report()
    assert len(lines) == len(list(report.findings())) + len(report.failures)
    assert b"src/with space \xe9%.py:2:5: TY101 exact about tf.Variable(1)" in lines
    assert b"src/broken.py:3:1: FAILED error cannot parse: invalid \\x1b[31msyntax\\n" in lines
    assert not any(byte < 32 for line in lines for byte in line)


def test_markdown_keeps_its_tables() -> None:
    text = emitted("markdown").decode()
    rows = [line for line in text.splitlines() if line.startswith("|")]
    assert all(len(re.findall(r"(?<!\\)\|", row)) == 4 or row.count("|") == 3 for row in rows)
    assert "\x1b" not in text
    assert "| `conv/Variable` | `conv/b` | yes |" in text


def test_statistics_count_each_code() -> None:
    rows = [line.split("\t") for line in emitted("statistics").decode().splitlines()]
    assert sum(int(row[0]) for row in rows) == len(list(awkward.report().findings()))
    assert [int(row[0]) for row in rows] == sorted((int(row[0]) for row in rows), reverse=True)


@pytest.mark.parametrize("name", [*FORMATS, *PAGES])
def test_an_empty_report_comes_out(name: str) -> None:
    data = emitted(name, Report((), 0))
    if name in {"json", "sarif", "gitlab"}:
        json.loads(data)


def test_an_unknown_format_is_refused() -> None:
    with pytest.raises(ValueError, match="unknown output format 'xml'"):
        emitted("xml")
