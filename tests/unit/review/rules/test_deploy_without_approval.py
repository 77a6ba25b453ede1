"""Deployments without approval: who must say yes before a change reaches production."""

from pathlib import Path

import pytest

from tests.reviewing import check_marks, check_silent
from trustwright.review.rules import deploy_without_approval


def workflow(on: str, job: str, mark: str) -> str:
    """Return a workflow with one deploying job; ``mark`` says what must be seen at it."""
    return f"name: Ship\non: {on}\njobs:\n  deploy: {mark}\n    runs-on: ubuntu-latest\n{job}\n"


APPLY = "    steps: [{run: kubectl apply -f k8s/}]"


@pytest.mark.parametrize(
    ("on", "job", "mark"),
    [
        ("{push: {branches: [main]}}", APPLY, "# unmet high"),
        ("{schedule: [{cron: 0 3 * * *}]}", APPLY, "# unmet high"),
        ("{push: {branches: [main]}, workflow_dispatch: }", APPLY, "# unmet high"),
        ("{push: {tags: ['v*']}}", APPLY, "# unmet medium"),
        ("{release: {types: [published]}}", APPLY, "# unmet medium"),
        ("workflow_dispatch", APPLY, "# unmet medium"),
        ("workflow_call", APPLY, "# unknown"),
        ("{push: {branches: [main]}}", f"    environment: production\n{APPLY}", "# unknown"),
        ("{push: {branches: [main]}}", "    environment: ${{ inputs.where }}\n" + APPLY, "# unknown"),
        ("{push: {branches: [main]}}", "    steps: [{run: ./bin/deploy}]", "# unknown"),
        (
            "{push: {branches: [main]}}",
            "    steps: [{uses: trstringer/manual-approval@v1}, {run: kubectl apply -f k8s/}]",
            "# met",
        ),
    ],
)
def test_what_stands_before_a_deployment(on: str, job: str, mark: str, tmp_path: Path) -> None:
    check_marks(deploy_without_approval, tmp_path, {".github/workflows/ship.yml": workflow(on, job, mark)})


GUARDED = 'resource "github_repository_environment" "p" {{\n  environment = "{}"\n  {}\n}}\n'


@pytest.mark.parametrize(
    ("text", "mark"),
    [
        (GUARDED.format("production", "reviewers { teams = [1] }"), "met"),
        (GUARDED.format("Production", "wait_timer = 5"), "unmet medium"),
        (GUARDED.format("staging", "wait_timer = 5"), "unknown"),
    ],
)
def test_the_rules_of_an_environment_may_be_code(text: str, mark: str, tmp_path: Path) -> None:
    job = f"    environment: production\n{APPLY}"
    files = {".github/workflows/ship.yml": workflow("{push: {branches: [main]}}", job, f"# {mark}"), "main.tf": text}
    check_marks(deploy_without_approval, tmp_path, files)


def test_a_required_review_of_the_change_is_worth_something(tmp_path: Path) -> None:
    files = {
        ".github/workflows/ship.yml": workflow("{push: {branches: [main]}}", APPLY, "# unmet medium"),
        ".github/settings.yml": "branches:\n  - name: main\n    protection:\n      required_pull_request_reviews: "
        "{required_approving_review_count: 1}\n",
    }
    check_marks(deploy_without_approval, tmp_path, files)


def test_one_finding_per_pipeline_and_the_called_workflow_is_judged_where_it_is_called(tmp_path: Path) -> None:
    files = {
        ".github/workflows/main.yml": "on: {push: {branches: [main]}}\njobs:\n"
        "  staging:\n    uses: ./.github/workflows/ship.yml\n    with: {environment: staging}\n"
        "  eu: # unmet high\n    needs: staging\n    uses: ./.github/workflows/ship.yml\n"
        "    with: {environment: production}\n"
        "  us:\n    needs: eu\n    uses: ./.github/workflows/ship.yml\n    with: {environment: production}\n",
        ".github/workflows/ship.yml": "on: {workflow_call: {inputs: {environment: {type: string}}}}\n"
        "jobs: {apply: {runs-on: x, steps: [{run: kubectl apply -f .}]}}\n",
    }
    check_marks(deploy_without_approval, tmp_path, files)


def test_gitlab_jobs_that_a_person_starts(tmp_path: Path) -> None:
    text = "production: # {}\n  stage: deploy\n  script: [kubectl apply -f k8s/]\n  only: [main]\n"
    check_marks(deploy_without_approval, tmp_path / "a", {".gitlab-ci.yml": text.format("unmet high")})
    check_marks(deploy_without_approval, tmp_path / "b", {".gitlab-ci.yml": text.format("met") + "  when: manual\n"})


def test_workflows_of_other_repositories_are_open_questions(tmp_path: Path) -> None:
    text = (
        "on: {push: {branches: [main]}}\njobs:\n  deploy: # unknown\n"
        "    uses: acme/pipelines/.github/workflows/deploy.yml@v1\n    with: {environment: prod}\n"
    )
    check_marks(deploy_without_approval, tmp_path, {".github/workflows/ship.yml": text})


@pytest.mark.parametrize(
    "text",
    [
        "name: Docs\non: {push: {branches: [main]}}\njobs: {d: {steps: [{run: mkdocs gh-deploy}]}}",
        "on: pull_request\njobs: {d: {steps: [{run: vercel deploy}]}}",
        "on: {push: {branches: [develop]}}\njobs: {d: {steps: [{run: fly deploy}]}}",
        "on: {push: {branches: [main]}}\njobs: {d: {environment: staging, steps: [{run: fly deploy}]}}",
        "on: {push: {tags: ['*']}}\njobs: {d: {steps: [{run: npm publish}]}}",
        "on: {push: {branches: [main]}}\njobs: {d: {if: false, steps: [{run: fly deploy}]}}",
    ],
)
def test_what_does_not_reach_production(text: str, tmp_path: Path) -> None:
    check_silent(deploy_without_approval, tmp_path, {".github/workflows/ship.yml": text})
