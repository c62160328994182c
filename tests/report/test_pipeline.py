"""What services that run pipelines are told, and what nobody else can tell them."""

from __future__ import annotations

import json
import re
from io import StringIO
from pathlib import Path

import pytest

from deploytasks.agent.conversation.mask import MASK
from deploytasks.agent.engine.events import Ended, LogLine, Note, Outcome, StepDone
from deploytasks.report import DONE, WOULD, HostRecap, Outlet, Recap, reporter_for
from deploytasks.report.commands import without_commands
from deploytasks.report.merged import MergedLines
from deploytasks.report.mistake import mistakes_in
from deploytasks.report.page import Line, Span, Tone
from deploytasks.report.pipeline import summary_of, tell_mistake
from deploytasks.report.service import GitHub, GitLab, service_in

GITHUB = {"GITHUB_ACTIONS": "true"}
GITLAB = {"GITLAB_CI": "true"}
COMMANDS = (
    "::set-output name=a::b",
    "   ::add-mask::b",
    "\t::stop-commands::x",
    "x ##[set-env name=PATH;]/tmp",
    "##vso[task.setvariable variable=a]b",
    "##teamcity[buildStatus]",
)


def is_command(line: str) -> bool:
    """As the runner of GitHub Actions finds them: ActionCommand.TryParseV2 trims, TryParse looks for ``##[``."""
    return line.lstrip().startswith("::") or bool(re.search(r"##\w*\[", line))


def told(environ, events, recap, hosts=("prod1", "prod10"), *, show_diff=False) -> str:
    stream = StringIO()
    reporter = reporter_for(stream, stream, json=False, show_diff=show_diff, environ=environ)
    reporter.begin(recap.command, hosts)
    for host, event in events:
        reporter.event(host, event)
    reporter.recap(recap)
    return stream.getvalue()


def test_each_host_is_a_group_in_one_piece(events, recap):
    lines = told(GITHUB, events, recap).splitlines()
    begins, ends = lines.index("::group::prod1"), lines.index("::endgroup::")
    assert {line.split()[0] for line in lines[begins + 1 : ends]} == {"prod1"}
    other = lines.index("::group::prod10")
    assert {line.split()[0] for line in lines[other + 1 : lines.index("::endgroup::", other)]} == {"prod10"}


def test_a_single_host_is_shown_while_it_works(recap):
    stream = StringIO()
    reporter = reporter_for(stream, stream, json=False, show_diff=False, environ=GITHUB)
    reporter.begin("deploy", ["prod1"])
    reporter.event("prod1", StepDone("nginx", "write the site", "changed", 0.02))
    assert [line.split()[0] for line in stream.getvalue().splitlines()] == ["::group::prod1", "prod1"]


def test_gitlab_has_sections(events, recap):
    text = told(GITLAB, events, recap)
    assert re.search(r"\x1b\[0Ksection_start:\d+:prod1\r\x1b\[0Kprod1\nprod1 ", text)
    assert len(re.findall(r"\x1b\[0Ksection_end:\d+:prod10?\r\x1b\[0K\n", text)) == 2
    assert "::" not in text.replace("prod1::", "")


def test_a_host_that_failed_is_an_annotation(events, recap):
    (line,) = (line for line in told(GITHUB, events, recap).splitlines() if line.startswith("::error"))
    assert line == "::error title=deploy%3A prod10::answered 500; expected 200-399"


@pytest.mark.parametrize("command", COMMANDS)
def test_what_a_host_says_is_no_command(command):
    events = [
        ("prod1", Note(f"a note\n{command}")),
        (
            "prod1",
            StepDone("app", "ask it", "failed", 1.0, diff=command, reason=command, output=f"x\n{command}\n"),
        ),
        ("prod1", Ended("failed", failed=1, error=command)),
    ]
    failed = HostRecap(Outcome.FAILED, failed=1, error=f"first\n{command}", output=f"{command}\n{command}")
    text = told(GITHUB, events, Recap("deploy", 2, 1.0, {"prod1": failed}), ("prod1",), show_diff=True)
    ours = ("::group::prod1", "::endgroup::", "::error title=deploy%3A prod1::first%0A")
    lines = text.replace("\r", "\n").splitlines()
    assert [line for line in lines if is_command(line) and not line.startswith(ours)] == []
    assert sum(line.startswith("::") for line in lines) == 3


@pytest.mark.parametrize("command", COMMANDS)
def test_nor_is_what_its_app_logs(command):
    stream = StringIO()
    merged = MergedLines(stream, GITHUB, prefixed=False, json=False, follow=False)
    merged.begin("logs", ["prod1"])
    merged.event("prod1", LogLine("1795256100.1", "web", command))
    merged.recap(Recap("logs", 0, 0.1, {}))
    assert not is_command(stream.getvalue())
    assert stream.getvalue().strip()


@pytest.mark.parametrize("command", COMMANDS)
def test_json_means_the_same_without_commands(command):
    line = without_commands(json.dumps({"said": command}))
    assert not is_command(line)
    assert json.loads(line) == {"said": command}


def test_elsewhere_words_stay_as_they_are(events, recap):
    stream = StringIO()
    Outlet.of(stream, {}).write("::set-output ##[x]\n")
    assert stream.getvalue() == "::set-output ##[x]\n"


def test_a_mistake_is_shown_at_its_line(tmp_path: Path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    out, quality = StringIO(), tmp_path / "quality.json"
    message = "inventory.ini:3: ansible_prt: unknown, 100 %\nhost_vars/a:b.yml:7: no YAML"
    environ = {**GITHUB, "GITHUB_WORKSPACE": str(tmp_path.parent), "DEPLOYTASKS_CODE_QUALITY": str(quality)}
    tell_mistake("deploy", message, environ, out)
    below = tmp_path.name
    assert out.getvalue().splitlines() == [
        f"::error file={below}/inventory.ini,line=3::ansible_prt: unknown, 100 %25",
        f"::error file={below}/host_vars/a%3Ab.yml,line=7::no YAML",
    ]
    issues = json.loads(quality.read_text())
    assert [issue["location"] for issue in issues] == [
        {"path": "inventory.ini", "lines": {"begin": 3}},
        {"path": "host_vars/a:b.yml", "lines": {"begin": 7}},
    ]
    assert len({issue["fingerprint"] for issue in issues}) == 2


def test_what_has_no_place_of_its_own_goes_with_what_stands_before_it():
    first, second = mistakes_in("a.ini:1: bad\nmend it\nb.ini:2: worse\nh1: app_name is missing")
    assert (first.file, first.text) == ("a.ini", "bad\nmend it")
    assert (second.line, second.text) == (2, "worse\nh1: app_name is missing")


def test_a_mistake_without_a_place_is_one_as_a_whole():
    (mistake,) = mistakes_in("--forks 0: must be at least 1\ntry 10")
    assert (mistake.file, mistake.text) == ("", "--forks 0: must be at least 1\ntry 10")
    assert GitHub().annotation(mistake) == "::error ::--forks 0: must be at least 1%0Atry 10\n"
    assert GitLab().annotation(mistake) == ""


def test_only_known_services_are_services():
    assert service_in({"CI": "true"}, "/") is None
    assert service_in({"GITHUB_ACTIONS": "false"}, "/") is None


@pytest.fixture
def page(tmp_path: Path, events, recap):
    def written(mood=DONE, events=events, recap=recap) -> str:
        path = tmp_path / "summary.md"
        reporter = summary_of({"GITHUB_STEP_SUMMARY": str(path)}, mood)
        assert reporter is not None
        for host, event in events:
            reporter.event(host, event)
        reporter.recap(recap)
        return path.read_text()

    return written


def test_a_summary_is_a_table_with_what_changed_and_why_it_failed(page):
    text = page()
    assert "| prod1 | changed | 29 ok, 2 changed | 20261121T101500Z\\-3f9c2d1 | 0.55 s |" in text
    assert "| changed | nginx\\: write the site |" in text
    assert "**prod10**\\: answered" in text.replace("**: ", "**\\: ")


def test_a_check_tells_what_would_change(page):
    assert "| would | nginx\\: write the site |" in page(WOULD)


def test_a_host_writes_no_markup_into_a_summary(page):
    evil = "](http://x) <img src=x> | a\n# b `c` @ann **d** \x1b[31m"
    failed = HostRecap(Outcome.FAILED, failed=1, error=evil)
    text = page(
        events=[("prod1", StepDone("app", evil, "failed"))], recap=Recap("deploy", 2, 1.0, {"prod1": failed})
    )
    assert "<img" not in text
    assert "\x1b" not in text
    assert [line for line in text.splitlines() if line.startswith("# ")] == []
    assert re.search(r"(?<!\\)[@`]|(?<!\\)\]\(", text) is None
    (row,) = (line for line in text.splitlines() if "app\\:" in line)
    assert len(re.findall(r"(?<!\\)\|", row)) == 3


def test_force_color_paints_what_goes_into_a_pipe():
    def written(**environ: str) -> str:
        stream = StringIO()
        Outlet.of(stream, environ).write_lines([Line.of("a ", Span("bad", Tone.BAD))])
        return stream.getvalue()

    assert written(FORCE_COLOR="1") == "a \x1b[1;31mbad\x1b[0m\n"
    assert written(FORCE_COLOR="1", NO_COLOR="1") == written(FORCE_COLOR="") == written() == "a bad\n"


def test_a_mask_stays_readable(page):
    events = [("prod1", StepDone("app", f"TOKEN is {MASK}", "changed"))]
    recap = Recap("deploy", 0, 1.0, {"prod1": HostRecap(Outcome.CHANGED, changed=1)})
    assert "TOKEN is " + "\\*" * len(MASK) in page(events=events, recap=recap)
