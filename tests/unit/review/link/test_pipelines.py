"""Which files belong to the delivery map, and what is said of systems that are not read."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from trustwright.review.link.pipelines import is_candidate, pipelines


@pytest.mark.parametrize(
    ("path", "wanted"),
    [
        (".github/workflows/ci.yml", True),
        (".github/workflows_disabled/ci.yml", False),
        ("tools/x/action.yaml", True),
        (".gitlab-ci.yml", True),
        ("ci/deploy.yml", True),
        ("package.json", True),
        ("scripts/run.sh", True),
        ("Makefile", True),
        ("Jenkinsfile", True),
        (".circleci/config.yml", True),
        ("src/app.ts", False),
        ("k8s/api.yml", False),
    ],
)
def test_candidates_are_told_by_their_path(path: str, wanted: bool) -> None:
    assert is_candidate(path) is wanted


@pytest.mark.parametrize(
    ("path", "name"),
    [
        (".circleci/config.yml", "CircleCI"),
        ("Jenkinsfile", "Jenkins"),
        ("azure-pipelines.yml", "Azure Pipelines"),
        ("bitbucket-pipelines.yml", "Bitbucket"),
        ("app/buildspec.yml", "AWS CodeBuild"),
    ],
)
def test_systems_that_are_not_read_are_gaps(path: str, name: str) -> None:
    found, (gap,) = pipelines([(path, b"x")])
    assert found == ()
    assert (gap.kind, gap.path) == ("not-understood", path)
    assert name in gap.detail


def test_a_workflow_that_does_not_parse_is_a_gap() -> None:
    found, (gap,) = pipelines([(".github/workflows/ci.yml", b"on: [push\njobs: {}")])
    assert (found, gap.kind, gap.path) == ((), "parse-error", ".github/workflows/ci.yml")


def test_the_result_does_not_depend_on_the_order_of_the_files() -> None:
    files = [
        (".github/workflows/b.yml", b"on: push\njobs: {x: {steps: [{run: npm test}]}}"),
        (".github/workflows/a.yml", b"on: push\njobs: {x: {uses: ./.github/workflows/b.yml}}"),
        ("package.json", b'{"scripts": {"test": "jest"}}'),
        (".gitlab-ci.yml", b"x: {script: make}"),
    ]
    assert pipelines(files) == pipelines(reversed(files))
    assert [one.location.path for one in pipelines(files)[0]] == [
        ".github/workflows/a.yml",
        ".github/workflows/b.yml",
        ".gitlab-ci.yml",
    ]


KEYS = [
    *("on", "jobs", "steps", "run", "uses", "with", "env", "needs", "environment", "name", "if", "permissions"),
    *("script", "extends", "include", "stages", "rules", "default", "local", "trigger", "release", "runs", "x"),
]
SHAPES = st.recursive(
    st.sampled_from(
        ["push", "./.github/workflows/a.yml", "npm test", "deploy", "{a: b}", "1", "true", ".x", "make all"]
    ),
    lambda inner: (
        st.lists(inner, max_size=3).map(lambda items: f"[{', '.join(items)}]")
        | st.dictionaries(st.sampled_from(KEYS), inner, max_size=4).map(
            lambda entries: "{" + ", ".join(f"{key}: {value}" for key, value in entries.items()) + "}"
        )
    ),
    max_leaves=25,
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(SHAPES, SHAPES, SHAPES)
def test_files_of_odd_shapes_never_raise(one: str, two: str, three: str) -> None:
    files = [
        (".github/workflows/a.yml", one),
        (".github/workflows/b.yml", two),
        (".gitlab-ci.yml", one),
        ("ci/x.yml", two),
        ("x/action.yml", three),
        ("package.json", two),
        ("Taskfile.yml", three),
        ("Makefile", three),
    ]
    found, gaps = pipelines((path, text.encode()) for path, text in files)
    assert all(act.location.line >= 0 for pipeline in found for job in pipeline.flow for act in job.acts)
    assert all(gap.path for gap in gaps)


def test_scripts_without_an_ending_are_read_when_a_shell_runs_them() -> None:
    workflow = b"on: push\njobs: {d: {steps: [{run: ./bin/ship}, {run: bin/tool}, {run: ./bin/deploy}]}}\n"
    found, _ = pipelines(
        [
            (".github/workflows/ci.yml", workflow),
            ("bin/ship", b"#!/usr/bin/env bash\nkubectl apply -f .\n"),
            ("bin/tool", b"#!/usr/bin/env python3\nfly deploy\n"),
        ]
    )
    acts = [(act.sign, str(act.location), act.by_name) for act in found[0].jobs[0].acts]
    assert acts == [
        ("kubectl apply", "bin/ship:2", False),
        ("./bin/deploy", ".github/workflows/ci.yml:2", True),
    ]
