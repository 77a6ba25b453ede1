"""What a step does, judged by commands and actions; a name alone is marked as such."""

import re

import pytest

from trustwright.review.link.delivery import Act, Purpose, Tier
from trustwright.review.link.purpose_tables import ACTIONS, COMMANDS
from trustwright.review.link.purposes import Place, acts_of_action, acts_of_script
from trustwright.review.link.scripts import Scripts
from trustwright.review.source import yaml

NONE = Scripts({})


def acts(script: str, *, deploying: bool = False, self_hosted: bool = False, scripts: Scripts = NONE) -> list[Act]:
    return list(acts_of_script(script, Place("ci.yml", 10, "", self_hosted, deploying), scripts))


def purposes(script: str, *, deploying: bool = False, self_hosted: bool = False) -> list[str]:
    return [act.purpose.value for act in acts(script, deploying=deploying, self_hosted=self_hosted)]


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("uv run --extra dev pytest -q", ["test"]),
        ("python -m pytest", ["test"]),
        ("python manage.py test app", ["test"]),
        ("npx playwright test --reporter=list", ["test"]),
        ("npx playwright install --with-deps", []),
        ("docker compose run --rm api pytest", ["test"]),
        ("docker compose up --exit-code-from sut", ["test"]),
        ("mvn -B clean verify", ["test"]),
        ("mvn verify -DskipTests", []),
        ("npm install jest", []),
        ("pip install pytest", []),
        ("python -m pip install --upgrade build", []),
        ("ruff check . && mypy src", ["lint", "type-check"]),
        ("npm audit --audit-level=high", ["dependency-scan"]),
        ("npm audit fix", []),
        ("trivy image acme", ["container-scan"]),
        ("terraform -chdir=infra apply -auto-approve", ["deploy"]),
        ("terraform plan", ["build"]),
        ("kubectl -n shop apply -f k8s", ["deploy"]),
        ("kubectl apply -f k8s --dry-run=client", []),
        ("kubectl get pods", []),
        ("helm upgrade --install --atomic shop chart", ["rollback", "deploy"]),
        ("kubectl rollout undo deployment/shop", ["rollback"]),
        ("kubectl rollout status deployment/shop", ["verify"]),
        ("gcloud beta run deploy shop", ["deploy"]),
        ("url=$(vercel deploy --prod)", ["deploy"]),
        ("ssh host 'docker compose pull && docker compose up -d'", ["deploy", "deploy"]),
        ("docker compose up -d db", []),
        ("docker build -t x . && docker push x", ["build", "publish"]),
        ("prisma migrate deploy", ["migrate"]),
        ("bunx prisma@6 migrate deploy", ["migrate"]),
        ('echo "kubectl apply"', []),
        ("git push origin main", []),
        ("curl https://example.com/deploy", []),
        ("", []),
    ],
)
def test_commands_are_classified(script: str, expected: list[str]) -> None:
    assert sorted(purposes(script)) == sorted(expected)


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("git push origin release", ["deploy"]),
        ("git push origin feature", []),
        ("aws s3 sync dist s3://site", ["deploy"]),
        ('curl -X POST "$RENDER_DEPLOY_HOOK"', ["deploy"]),
        ("curl https://example.com", []),
        ("curl -X POST $SLACK_WEBHOOK -d 'deployed'", []),
    ],
)
def test_in_a_deployment_files_and_refs_are_deployed(script: str, expected: list[str]) -> None:
    assert purposes(script, deploying=True) == expected


def test_on_a_runner_of_ones_own_compose_brings_up_the_service() -> None:
    assert purposes("docker compose -f prod.yml up -d", self_hosted=True) == ["deploy"]


def test_an_act_stands_on_its_line_and_says_where_it_goes() -> None:
    first, second = acts("npm ci\nhelm upgrade shop chart -n staging\n\nkubectl apply -f overlays/prod || true")
    assert (first.location.line, first.sign, first.tier, first.tolerated) == (11, "helm upgrade", Tier.STAGING, False)
    assert (second.location.line, second.tier, second.tolerated) == (13, Tier.PRODUCTION, True)


@pytest.mark.parametrize(
    ("script", "tier"),
    [
        ("vercel deploy --prebuilt", Tier.PREVIEW),
        ("vercel deploy --prebuilt --prod", Tier.UNKNOWN),
        ("vercel deploy --target=staging", Tier.STAGING),
        ("vercel promote $URL", Tier.UNKNOWN),
        ("netlify deploy --dir dist", Tier.PREVIEW),
    ],
)
def test_a_hosting_platforms_main_address_may_be_that_of_a_staging_project(script: str, tier: Tier) -> None:
    assert [act.tier for act in acts(script)] == [tier]


def test_an_event_for_another_repository_is_a_hint_of_a_deployment() -> None:
    (act,) = acts("curl https://api.github.com/repos/acme/infrastructure/dispatches", deploying=True)
    assert act.purpose is Purpose.DEPLOY
    assert act.by_name


def test_refreshing_the_state_of_terraform_deploys_nothing() -> None:
    assert purposes("terraform apply -refresh-only -auto-approve") == []
    assert purposes("terraform -chdir=infra/project-config apply -auto-approve") == []


def test_scripts_are_followed_to_where_the_work_is_done() -> None:
    scripts = Scripts(
        {
            "package.json": b'{"scripts": {\n"ci": "npm run unit && make e2e",\n"unit": "jest"}}',
            "Makefile": b"e2e:\n\tcypress run\n",
        }
    )
    found = acts("cd . && npm run ci", scripts=scripts)
    assert [(act.sign, str(act.location), act.by_name) for act in found] == [
        ("jest", "package.json:3", False),
        ("cypress run", "Makefile:2", False),
    ]


def test_a_folder_that_a_script_enters_is_where_its_commands_run() -> None:
    scripts = Scripts({"app/package.json": b'{"scripts": {"test": "mocha"}}'})
    assert [act.sign for act in acts("cd app\nnpm test", scripts=scripts)] == ["mocha"]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("jest", [("test", False)]),
        ("node ./run.js", [("test", True)]),
        ("echo 'no tests' && exit 0", []),
        ("npm test", [("test", True)]),
    ],
)
def test_a_name_is_no_evidence(body: str, expected: list[tuple[str, bool]]) -> None:
    scripts = Scripts({"package.json": f'{{"scripts": {{"test": "{body}"}}}}'.encode()})
    assert [(act.purpose.value, act.by_name) for act in acts("npm test", scripts=scripts)] == expected


def test_a_script_that_was_not_found_is_known_by_its_name_only() -> None:
    assert [(act.purpose.value, act.by_name) for act in acts("npm run test:ci; npm run start:test; make deploy")] == [
        ("test", True),
        ("deploy", True),
    ]


@pytest.mark.parametrize(
    ("uses", "inputs", "expected"),
    [
        ("aquasecurity/trivy-action@0.28.0", "{}", ["container-scan"]),
        ("github/codeql-action/init@v3", "{}", []),
        ("github/codeql-action/analyze@v3", "{}", ["code-scan"]),
        ("SonarSource/sonarqube-scan-action@v5", "{}", ["code-scan"]),
        ("docker/build-push-action@v6", "{push: false}", ["build"]),
        ("docker/build-push-action@v6", "{push: true}", ["build", "publish"]),
        ("docker/build-push-action@v6", "{push: '${{ github.event_name != x }}'}", ["build", "publish"]),
        ("docker/build-push-action@v6", "{outputs: 'type=image,push=true'}", ["build", "publish"]),
        ("nick-fields/retry@v3", "{command: npx cypress run}", ["test"]),
        ("appleboy/ssh-action@v1", '{script: "cd /srv\\ngit pull\\ndocker compose up -d"}', ["deploy", "deploy"]),
        ("cloudflare/wrangler-action@v3", "{}", ["deploy"]),
        ("cloudflare/wrangler-action@v3", "{command: pages deploy dist}", ["deploy"]),
        ("cloudflare/wrangler-action@v3", "{command: whoami}", []),
        ("pulumi/actions@v6", "{command: preview}", ["build"]),
        ("pulumi/actions@v6", "{command: up}", ["deploy"]),
        ("actions/checkout@v4", "{}", []),
        ("acme/unknown@main", "{}", []),
    ],
)
def test_actions_are_classified(uses: str, inputs: str, expected: list[str]) -> None:
    found = acts_of_action(uses, yaml.first("f", inputs.encode()), Place("ci.yml", 3), NONE)
    assert [act.purpose.value for act in found] == expected


def test_the_tables_name_each_thing_once() -> None:
    actions = [name for names in ACTIONS.values() for name in names]
    patterns = [(purpose, row) for purpose, rows in COMMANDS.items() for row in rows]
    assert len(actions) == len(set(actions))
    assert len(patterns) == len(set(patterns))
    assert all(re.fullmatch(r"[a-z0-9._-]+/[a-z0-9._/-]+", name) for name in actions)


def test_every_purpose_of_a_table_is_found_by_its_own_first_pattern() -> None:
    for purpose, rows in COMMANDS.items():
        words = [word.lstrip("~") for word in rows[0].split() if not word.startswith("!")]
        assert purpose in {act.purpose for act in acts(" ".join(words))}
    assert Purpose.APPROVAL in ACTIONS


@pytest.mark.parametrize(
    ("uses", "expected"),
    [
        ("acme/actions/snyk-scan@v1", [Purpose.CODE_SCAN]),
        ("acme/e2e-test-runner@v1", [Purpose.TEST]),
        ("acme/upload-test-results@v1", []),
        ("acme/scanner-setup@v1", []),
    ],
)
def test_the_name_of_an_unknown_action_is_a_hint(uses: str, expected: list[Purpose]) -> None:
    found = acts_of_action(uses, None, Place("ci.yml", 3), NONE)
    assert [act.purpose for act in found] == expected
    assert all(act.by_name for act in found)


def test_a_compose_service_that_is_called_a_test_is_a_hint() -> None:
    (act,) = acts("docker compose -f ci.yml run --rm test")
    assert (act.purpose, act.by_name) == (Purpose.TEST, True)
    assert acts("docker compose run --rm web") == []


def test_what_is_asked_of_a_script_that_only_names_a_package_is_run_there() -> None:
    scripts = Scripts({"package.json": b'{"scripts": {"web": "yarn workspace web"}}'})
    assert [act.sign for act in acts("yarn web playwright test", scripts=scripts)] == ["playwright test"]
