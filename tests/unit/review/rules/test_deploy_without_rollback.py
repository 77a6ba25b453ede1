"""Deployments without rollback: steps, tools, versions and procedures that lead back."""

from pathlib import Path

import pytest

from tests.reviewing import check_marks, check_silent
from trustwright.review.rules import deploy_without_rollback

PUSH = "on: {push: {branches: [main]}}\njobs:\n"


ASKED = "on: {{workflow_dispatch: {{inputs: {{{}: {{}}}}}}}}\njobs:\n"
LATEST = "docker push shop:latest && kubectl rollout restart deploy/x"


@pytest.mark.parametrize(
    ("head", "mark", "steps"),
    [
        (PUSH, "met", "{run: kubectl apply -f .}, {if: failure(), run: kubectl rollout undo x}"),
        (PUSH, "met", "{run: helm upgrade --atomic shop chart}"),
        (PUSH, "met", "{run: aws cloudformation deploy --stack-name shop}"),
        (ASKED.format("image_tag"), "met", "{run: kubectl apply -f .}"),
        (ASKED.format("tag_name"), "met", "{run: kubectl apply -f .}"),
        (ASKED.format("reason"), "unmet low", "{run: kubectl apply -f .}"),
        (PUSH, "unmet low", "{run: kubectl apply -f .}"),
        (PUSH, "unmet low", "{run: terraform apply -auto-approve}"),
        (PUSH, "unmet medium", f"{{run: {LATEST}}}"),
        (PUSH, "unmet medium", "{run: aws ecs update-service --service shop --force-new-deployment}"),
        (PUSH, "unknown", "{run: kubectl apply -f . && kubectl rollout status deploy/x}"),
        (PUSH, "unknown", "{run: fly deploy}"),
    ],
)
def test_the_way_back(head: str, mark: str, steps: str, tmp_path: Path) -> None:
    text = f"{head}  deploy: # {mark}\n    steps: [{steps}]\n"
    check_marks(deploy_without_rollback, tmp_path, {".github/workflows/ship.yml": text})


def test_a_workflow_of_its_own_may_go_back(tmp_path: Path) -> None:
    files = {
        ".github/workflows/ship.yml": PUSH + "  deploy: # met\n    steps: [{run: kubectl apply -f .}]\n",
        ".github/workflows/back.yml": "name: Rollback\non: workflow_dispatch\n"
        "jobs: {back: {steps: [{run: kubectl rollout undo deploy/x}]}}\n",
    }
    check_marks(deploy_without_rollback, tmp_path, files)


def test_the_rollback_of_another_deployment_is_none_of_this_one(tmp_path: Path) -> None:
    files = {
        ".github/workflows/api.yml": PUSH
        + "  deploy: # met\n    steps: [{run: kubectl apply -f .}, {if: failure(), run: kubectl rollout undo x}]\n",
        ".github/workflows/web.yml": PUSH + "  deploy: # unmet low\n    steps: [{run: kubectl apply -f .}]\n",
    }
    check_marks(deploy_without_rollback, tmp_path, files)


def test_a_written_procedure_was_perhaps_never_tried(tmp_path: Path) -> None:
    files = {
        ".github/workflows/ship.yml": PUSH + "  deploy: # unknown\n    steps: [{run: kubectl apply -f .}]\n",
        "docs/operations.md": "# Operations\n\n## Rolling back a release\n\nDeploy the tag before.\n\nTell the team.\n",
    }
    check_marks(deploy_without_rollback, tmp_path, files)


@pytest.mark.parametrize(("switch", "mark"), [("true", "met"), ("false", "unmet medium")])
def test_a_circuit_breaker_takes_a_service_back(switch: str, mark: str, tmp_path: Path) -> None:
    command = "aws ecs update-service --service shop --force-new-deployment"
    files = {
        ".github/workflows/ship.yml": PUSH + f"  deploy: # {mark}\n    steps: [{{run: {command}}}]\n",
        "main.tf": 'resource "aws_ecs_service" "shop" {\n  deployment_circuit_breaker {\n    enable = true\n'
        f"    rollback = {switch}\n  }}\n}}\n",
    }
    check_marks(deploy_without_rollback, tmp_path, files)


def test_nothing_is_deployed(tmp_path: Path) -> None:
    files = {".github/workflows/ci.yml": "on: push\njobs: {t: {steps: [{run: pytest}]}}\n"}
    check_silent(deploy_without_rollback, tmp_path, files)
