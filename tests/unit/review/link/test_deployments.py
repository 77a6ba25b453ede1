"""The ways to production: which jobs are told, and what starts them."""

from trustwright.review.link.delivery import Pipeline, Tier
from trustwright.review.link.deployments import Deployment, deployments
from trustwright.review.link.pipelines import pipelines
from trustwright.review.model import Confidence


def read(files: dict[str, str]) -> tuple[Pipeline, ...]:
    return pipelines((path, text.encode()) for path, text in files.items())[0]


def only(files: dict[str, str]) -> Deployment:
    ((deployment,),) = deployments(read(files))
    return deployment


def test_each_job_is_told_once_with_the_line_in_its_own_file() -> None:
    files = {
        ".github/workflows/main.yml": "name: Main\non: {push: {branches: [main]}}\njobs:\n"
        "  test: {steps: [{run: pytest}]}\n"
        "  ship:\n    needs: test\n    uses: ./.github/workflows/ship.yml\n    with: {environment: production}\n",
        ".github/workflows/ship.yml": "on: workflow_call\njobs:\n"
        "  a: {steps: [{run: fly deploy}, {run: fly deploy -a b}]}\n",
    }
    found = only(files)
    assert (found.job.id, str(found.location), found.act.sign) == (
        "ship / a",
        ".github/workflows/main.yml:5",
        "fly deploy",
    )
    assert [act.sign for act in found.gates] == ["pytest"]
    assert [job.id for job in found.before] == ["test"]
    assert (found.act.tier, found.confidence, found.name) == (
        Tier.PRODUCTION,
        Confidence.HIGH,
        "The job ship of Main",
    )


def test_a_hint_counts_only_where_nothing_is_certain() -> None:
    hint = "  notify: {environment: production, name: Deploy note, steps: [{run: echo done}]}\n"
    head = "on: {push: {branches: [main]}}\njobs:\n"
    assert only({".github/workflows/a.yml": head + hint}).act.by_name
    certain = only({".github/workflows/a.yml": f"{head}{hint}  ship: {{steps: [{{run: fly deploy}}]}}\n"})
    assert (certain.job.id, certain.act.by_name) == ("ship", False)


def test_what_starts_a_pipeline_that_waits_for_another() -> None:
    condition = "github.event.workflow_run.conclusion == 'success'"
    found = only(
        {
            ".github/workflows/ci.yml": "name: CI\non: {push: {branches: [main]}}\n"
            "jobs: {t: {steps: [{run: pytest}]}}\n",
            ".github/workflows/cd.yml": "on: {workflow_run: {workflows: [CI]}}\n"
            f'jobs: {{d: {{if: "{condition}", environment: production, steps: [{{run: fly deploy}}]}}}}\n',
        }
    )
    assert [trigger.event for trigger in found.starts] == ["push"]
    assert [job.id for job in found.before] == ["t"]


def test_where_an_expression_chooses_the_environment_production_is_reached_by_hand() -> None:
    text = (
        "on:\n  push: {{branches: [main]}}\n"
        "  workflow_dispatch: {{inputs: {{environment: {{type: choice, options: [dev, prod]}}}}}}\n"
        "jobs:\n  d:\n    environment: ${{{{ inputs.environment || '{}' }}}}\n    steps: [{{run: fly deploy}}]\n"
    )
    usual = only({".github/workflows/a.yml": text.format("dev")})
    assert [trigger.event for trigger in usual.starts] == ["workflow_dispatch"]
    straight = only({".github/workflows/a.yml": text.format("prod")})
    assert [trigger.event for trigger in straight.starts] == ["push", "workflow_dispatch"]


def test_a_workflow_that_only_others_call_from_outside() -> None:
    found = only({".github/workflows/a.yml": "on: workflow_call\njobs: {d: {steps: [{run: fly deploy}]}}\n"})
    assert found.called_from_elsewhere
    assert found.confidence is Confidence.MEDIUM
