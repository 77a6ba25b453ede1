"""GitHub Actions: jobs as written and as run, what their steps do, and where deployments go."""

import pytest

from trustwright.review.link.delivery import SECURITY_SCANS, Act, Job, Pipeline, Purpose, Tier, gates
from trustwright.review.link.pipelines import pipelines


def read(files: dict[str, str]) -> dict[str, Pipeline]:
    found, gaps = pipelines((path, text.encode()) for path, text in files.items())
    assert gaps == ()
    return {pipeline.location.path.rpartition("/")[2]: pipeline for pipeline in found}


def workflow(text: str, **more: str) -> Pipeline:
    files = {f".github/workflows/{name}.yml": body for name, body in more.items()}
    return read({".github/workflows/main.yml": text, **files})["main.yml"]


def only_deployment(pipeline: Pipeline) -> tuple[Job, Act]:
    (found,) = pipeline.deployments()
    return found


DEPLOY = """name: Ship
on:
  push: {branches: [main], paths: [src/**]}
  workflow_dispatch:
permissions: {contents: read}
env: {REGION: eu}
jobs:
  test:
    runs-on: ubuntu-latest
    services: {db: {image: postgres}}
    steps:
      - uses: actions/checkout@v4
      - name: Unit
        run: |
          npm ci
          npx jest
      - run: npm audit || true
      - uses: aquasecurity/trivy-action@v1
        continue-on-error: true
  ship:
    name: Ship it
    needs: [test]
    if: github.ref == 'refs/heads/main'
    runs-on: [self-hosted, linux]
    environment: {name: production, url: "https://x"}
    permissions: {id-token: write}
    steps:
      - run: npx eslint .
      - name: Apply
        run: kubectl apply -f k8s
        env: {TOKEN: "${{ secrets.TOKEN }}"}
      - run: kubectl rollout status deployment/shop
"""


def test_a_workflow_with_its_jobs_and_steps() -> None:
    pipeline = workflow(DEPLOY)
    assert (pipeline.name, pipeline.system, pipeline.flow) == ("Ship", "github-actions", pipeline.jobs)
    assert [(one.event, one.branches, one.location.line) for one in pipeline.triggers] == [
        ("push", ("main",), 3),
        ("workflow_dispatch", (), 4),
    ]
    assert pipeline.permissions is not None
    assert pipeline.permissions.text_at("contents") == "read"
    assert pipeline.env is not None
    test, ship = pipeline.jobs
    assert (test.id, test.location.line, test.runs_on, test.kind) == ("test", 8, ("ubuntu-latest",), "steps")
    assert test.services is not None
    assert (ship.name, ship.needs, ship.environment, ship.if_) == (
        "Ship it",
        ("test",),
        "production",
        "github.ref == 'refs/heads/main'",
    )
    assert ship.steps[1].env is not None
    assert (ship.steps[1].name, ship.steps[1].location.line) == ("Apply", 29)


def test_acts_stand_on_the_lines_of_their_commands() -> None:
    test, ship = workflow(DEPLOY).jobs
    assert [(act.purpose.value, act.sign, act.location.line, act.tolerated) for act in test.acts] == [
        ("test", "jest", 16, False),
        ("dependency-scan", "npm audit", 17, True),
        ("container-scan", "aquasecurity/trivy-action", 18, True),
    ]
    assert [act.purpose.value for act in ship.acts] == ["lint", "deploy", "verify"]


def test_the_gates_of_a_deployment_are_what_comes_before_it() -> None:
    pipeline = workflow(DEPLOY)
    job, act = only_deployment(pipeline)
    found = gates(pipeline, job, act, [pipeline])
    assert [one.purpose.value for one in found] == ["lint", "test", "dependency-scan", "container-scan"]
    assert not [one for one in found if one.purpose in SECURITY_SCANS and not one.tolerated]
    assert pipeline.before(job) == (pipeline.jobs[0],)


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("github.event.workflow_run.conclusion == 'success'", ["pytest"]),
        ("github.event.workflow_run.conclusion != 'failure'", ["pytest"]),
        ("github.repository == 'acme/shop'", []),
    ],
)
def test_a_pipeline_that_starts_after_another_has_its_gates_if_it_asks_for_success(
    condition: str, expected: list[str]
) -> None:
    found = read(
        {
            ".github/workflows/ci.yml": "name: CI\non: push\njobs: {t: {steps: [{run: pytest}]}}",
            ".github/workflows/cd.yml": "on: {workflow_run: {workflows: [CI], types: [completed], branches: [main]}}\n"
            f'jobs: {{deploy: {{if: "{condition}", steps: [{{run: flyctl deploy}}]}}}}',
        }
    )
    job, act = only_deployment(found["cd.yml"])
    assert [one.sign for one in gates(found["cd.yml"], job, act, found.values())] == expected


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("always()", []),
        ("!cancelled()", []),
        ("always() && !failure()", ["test", "scan"]),
        ("success() || failure()", []),
        ("always() && needs.test.result == 'success'", ["test"]),
        ("github.ref == 'refs/heads/main'", ["test", "scan"]),
    ],
)
def test_a_job_that_starts_anyway_waits_for_nothing(condition: str, expected: list[str]) -> None:
    text = (
        "on: push\njobs:\n  test: {steps: [{run: pytest}]}\n  scan: {steps: [{run: trivy fs .}]}\n"
        f'  deploy: {{needs: [test, scan], if: "{condition}", steps: [{{run: fly deploy}}]}}\n'
    )
    pipeline = workflow(text)
    job, _ = only_deployment(pipeline)
    assert [one.id for one in pipeline.before(job)] == expected


def test_what_a_person_is_asked_for_and_the_paths_that_start_a_pipeline_are_kept() -> None:
    pipeline = workflow(
        "on:\n  push: {paths: [api/**]}\n  workflow_dispatch: {inputs: {version: {required: true}}}\n"
        "jobs: {d: {defaults: {run: {working-directory: api}}, steps: [{run: pytest}]}}"
    )
    assert [(one.event, one.paths, one.inputs) for one in pipeline.triggers] == [
        ("push", ("api/**",), ()),
        ("workflow_dispatch", (), ("version",)),
    ]
    assert [step.folder for step in pipeline.jobs[0].steps] == ["api"]


@pytest.mark.parametrize(
    ("text", "tier"),
    [
        ("on: {push: {branches: [main]}}\njobs: {d: {steps: [{run: fly deploy}]}}", Tier.PRODUCTION),
        ("on: {push: {branches: [develop]}}\njobs: {d: {steps: [{run: fly deploy}]}}", Tier.STAGING),
        ("on: pull_request\njobs: {d: {steps: [{run: fly deploy}]}}", Tier.PREVIEW),
        ("on: workflow_dispatch\njobs: {d: {steps: [{run: fly deploy}]}}", Tier.UNKNOWN),
        ("on: push\njobs: {d: {environment: staging, steps: [{run: fly deploy --env prod}]}}", Tier.STAGING),
        ("on: push\njobs: {d: {steps: [{run: sst deploy --stage dev}]}}", Tier.STAGING),
        (
            "on: push\njobs: {d: {if: \"github.event_name == 'pull_request'\", steps: [{run: fly deploy}]}}",
            Tier.PREVIEW,
        ),
        ("name: Deploy (dev)\non: {push: {branches: [main]}}\njobs: {d: {steps: [{run: fly deploy}]}}", Tier.STAGING),
        ("on: push\njobs: {d: {steps: [{run: fly deploy, env: {T: '${{ secrets.FLY_DEV }}'}}]}}", Tier.STAGING),
        ("on: push\njobs: {d: {steps: [{run: kind create cluster}, {run: helm install x y}]}}", Tier.STAGING),
    ],
)
def test_where_a_deployment_goes(text: str, tier: Tier) -> None:
    assert only_deployment(workflow(text))[1].tier is tier


@pytest.mark.parametrize(
    ("text", "purpose"),
    [
        ("name: Publish docs\non: push\njobs: {d: {steps: [{run: netlify deploy}]}}", Purpose.PUBLISH_PAGES),
        ("on: push\njobs: {rollback: {steps: [{run: aws ecs update-service}]}}", Purpose.ROLLBACK),
    ],
)
def test_a_name_says_what_a_deployment_is_for(text: str, purpose: Purpose) -> None:
    assert [act.purpose for act in workflow(text).jobs[0].acts] == [purpose]


def test_a_migration_in_a_test_job_is_not_productions() -> None:
    text = "on: {push: {branches: [main]}}\njobs: {t: {steps: [{run: alembic upgrade head}, {run: pytest}]}}"
    assert [act.tier for act in workflow(text).jobs[0].acts if act.purpose is Purpose.MIGRATE] == [Tier.STAGING]


def test_a_deployment_whose_means_are_not_known_is_a_hint() -> None:
    text = "on: push\njobs: {deploy: {environment: production, steps: [{uses: acme/secret-sauce@v1}]}}"
    ((_, act),) = workflow(text).deployments()
    assert (act.by_name, act.tier) == (True, Tier.PRODUCTION)


def test_a_step_that_is_called_tests_and_shows_none_is_a_hint() -> None:
    steps = "{name: Run tests, run: ./x}, {name: Run tests, run: pytest}, {name: Set up, run: y}"
    text = f"on: push\njobs: {{t: {{steps: [{steps}]}}}}"
    assert [(act.sign, act.by_name) for act in workflow(text).jobs[0].acts] == [("Run tests", True), ("pytest", False)]


def test_compose_on_a_runner_of_ones_own_deploys() -> None:
    text = "on: push\njobs: {deploy: {runs-on: self-hosted, steps: [{run: docker compose up -d}]}}"
    assert only_deployment(workflow(text))[1].sign == "docker compose up"


CALLED = """on: {workflow_call: {inputs: {environment: {type: string}}}}
jobs:
  build: {steps: [{run: docker build .}]}
  roll: {needs: build, environment: "${{ inputs.environment }}", steps: [{run: kubectl apply -f x}]}
"""


def test_called_workflows_are_run_in_the_place_of_the_call() -> None:
    pipeline = workflow(
        "on: push\njobs:\n  test: {steps: [{run: pytest}]}\n"
        "  prod: {needs: test, uses: ./.github/workflows/roll.yml, with: {environment: production}}\n"
        "  after: {needs: prod, steps: [{run: echo}]}\n",
        roll=CALLED,
    )
    assert [(job.id, job.kind) for job in pipeline.jobs] == [("test", "steps"), ("prod", "call"), ("after", "steps")]
    assert [(job.id, job.needs) for job in pipeline.flow] == [
        ("test", ()),
        ("prod / build", ("test",)),
        ("prod / roll", ("prod / build",)),
        ("after", ("prod / build", "prod / roll")),
    ]
    job, act = only_deployment(pipeline)
    assert (job.environment, act.tier, str(act.location)) == (
        "production",
        Tier.PRODUCTION,
        ".github/workflows/roll.yml:4",
    )
    assert [earlier.id for earlier in pipeline.before(job)] == ["prod / build", "test"]


def test_workflows_that_call_each_other_end() -> None:
    text = "on: {workflow_call: }\njobs: {a: {uses: ./.github/workflows/other.yml}}"
    found = workflow(text, other=text.replace("other", "main"))
    assert found.flow[0].kind == "call"


def test_a_workflow_from_elsewhere_is_not_known() -> None:
    text = "on: push\njobs: {a: {uses: acme/ci/.github/workflows/x.yml@v1}}"
    (job,) = workflow(text).jobs
    assert (job.kind, job.uses, job.steps) == ("external-call", "acme/ci/.github/workflows/x.yml@v1", ())


def test_local_actions_are_followed_and_stand_on_their_own() -> None:
    action = "runs:\n  using: composite\n  steps:\n    - run: pytest\n      shell: bash\n    - uses: ./tools/check\n"
    found = read(
        {
            ".github/workflows/main.yml": "on: push\njobs: {t: {steps: [{uses: ./tools/check}]}}",
            "tools/check/action.yml": action,
            "tools/docker/action.yml": "runs: {using: docker}",
        }
    )
    (step,) = found["main.yml"].jobs[0].steps
    assert step.action == "tools/check/action.yml"
    assert [str(act.location) for act in step.acts] == ["tools/check/action.yml:4"]
    assert found["action.yml"].system == "github-action"
    assert [one.uses for one in found["action.yml"].jobs[0].steps] == ["", "./tools/check"]


def test_scripts_run_in_the_folder_that_the_step_the_job_or_the_workflow_names() -> None:
    files = {
        "app/package.json": '{"scripts": {"test": "jest"}}',
        ".github/workflows/main.yml": "on: push\ndefaults: {run: {working-directory: ./app}}\n"
        "jobs:\n  a: {steps: [{run: npm test}]}\n"
        "  b: {defaults: {run: {working-directory: other}}, steps: [{run: npm test, working-directory: app}]}\n",
    }
    assert [act.sign for job in read(files)["main.yml"].jobs for act in job.acts] == ["jest", "jest"]


@pytest.mark.parametrize(
    "text", ["[]", "on: push", "jobs: []", "jobs: {a: 1}", "on: push\njobs: {a: {steps: {x: y}}}", "- 1"]
)
def test_odd_workflows_are_read(text: str) -> None:
    found, _ = pipelines([(".github/workflows/main.yml", text.encode())])
    assert all(pipeline.deployments() for pipeline in found)


def test_workflows_of_a_nested_repository_do_not_run() -> None:
    found, _ = pipelines([("vendor/x/.github/workflows/ci.yml", b"on: push\njobs: {a: {steps: [{run: x}]}}")])
    assert found == ()


@pytest.mark.parametrize(("production", "expected"), [("true", ["fly deploy --app shop"]), ("false", [])])
def test_steps_that_do_not_run_with_the_inputs_given_do_nothing(production: str, expected: list[str]) -> None:
    inner = "steps: [{if: \"inputs.production == 'true'\", run: fly deploy --app shop}]"
    found = read(
        {
            ".github/workflows/a.yml": "on: push\njobs: {d: {steps: [{uses: ./.github/actions/ship, "
            f"with: {{production: {production}}}}}]}}}}",
            ".github/workflows/b.yml": f"on: push\njobs: {{d: {{uses: ./.github/workflows/c.yml, "
            f"with: {{production: {production}}}}}}}",
            ".github/workflows/c.yml": f"on: workflow_call\njobs: {{d: {{{inner}}}}}",
            ".github/actions/ship/action.yml": f"runs: {{using: composite, {inner}}}",
        }
    )
    for name in ("a.yml", "b.yml"):
        assert len(list(found[name].deployments())) == len(expected)


def test_whoever_calls_a_shared_action_says_where_it_deploys_to() -> None:
    found = read(
        {
            ".github/workflows/staging.yml": "name: Deploy staging\non: {push: {branches: [main]}}\n"
            "jobs: {d: {steps: [{uses: ./.github/actions/ship}]}}",
            ".github/actions/ship/action.yml": "runs: {using: composite, steps: [{name: Production, run: fly deploy}]}",
        }
    )
    assert only_deployment(found["staging.yml"])[1].tier is Tier.STAGING
