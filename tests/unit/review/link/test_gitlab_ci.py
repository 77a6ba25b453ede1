"""GitLab CI: templates, includes, stages, and who starts a job."""

from trustwright.review.link.delivery import Job, Pipeline, Tier
from trustwright.review.link.pipelines import pipelines
from trustwright.review.model import Gap

MAIN = """include:
  - local: /ci/templates.yml
  - template: Security/SAST.gitlab-ci.yml
  - template: Auto-DevOps.gitlab-ci.yml
  - project: group/ci
    file: x.yml
stages: [build, test, deploy]
default:
  image: node:20
  before_script:
    - npm ci
variables: {A: b}
.base: &base
  variables: {B: c}
unit:
  <<: *base
  stage: test
  script:
    - cd app

    - npm test
lint:
  stage: test
  allow_failure: true
  script: npx eslint .
build:
  stage: build
  script:
    - docker build .
    - |
      docker push \\
        image
stage-it:
  extends: .deploy
  environment: staging
  rules:
    - if: $CI_COMMIT_BRANCH == "develop"
prod:
  extends: [.deploy, .manual]
  environment: {name: production}
  needs: [unit, {job: build}]
  variables: {C: d}
stop:
  stage: deploy
  environment: {name: production, action: stop}
  script: kubectl delete -f x
checked:
  stage: test
  script:
    - !reference [.setup, script]
    - pytest
pages:
  stage: deploy
  script: mkdocs build
child:
  trigger: group/other
tagged:
  stage: deploy
  only: [tags]
  release: {tag_name: v1}
  script: fly deploy
"""
TEMPLATES = """.deploy:
  stage: deploy
  variables: {B: x}
  script:
    - kubectl apply -f k8s/
.manual:
  rules:
    - if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH
      when: manual
.setup:
  script: [ruff check ., [mypy .]]
"""


def read() -> tuple[Pipeline, tuple[Gap, ...]]:
    files = {".gitlab-ci.yml": MAIN, "ci/templates.yml": TEMPLATES, "app/package.json": '{"scripts": {"test": "jest"}}'}
    (pipeline,), gaps = pipelines((path, text.encode()) for path, text in files.items())
    return pipeline, gaps


def jobs() -> dict[str, Job]:
    return {job.id: job for job in read()[0].flow}


def test_jobs_are_read_and_templates_are_not_jobs() -> None:
    pipeline, _ = read()
    assert pipeline.system == "gitlab-ci"
    assert sorted(job.id for job in pipeline.flow) == sorted(
        [
            "unit",
            "lint",
            "build",
            "stage-it",
            "prod",
            "stop",
            "checked",
            "pages",
            "child",
            "tagged",
            "SAST",
            "Auto-DevOps",
        ]
    )
    assert (jobs()["unit"].location.line, jobs()["child"].kind, jobs()["child"].uses) == (
        15,
        "external-call",
        "group/other",
    )


def test_stages_are_what_a_job_needs_unless_it_says_so() -> None:
    found = jobs()
    assert found["unit"].needs == ("build",)
    assert set(found["stage-it"].needs) >= {"unit", "lint", "build", "checked"}
    assert found["prod"].needs == ("unit", "build")


def test_acts_stand_in_their_own_file() -> None:
    found = jobs()
    assert [(act.sign, str(act.location)) for act in found["unit"].acts] == [("jest", "app/package.json:1")]
    assert [(act.sign, str(act.location)) for act in found["prod"].acts] == [("kubectl apply", "ci/templates.yml:5")]
    assert [(act.sign, str(act.location)) for act in found["checked"].acts] == [
        ("ruff check", "ci/templates.yml:11"),
        ("mypy", "ci/templates.yml:11"),
        ("pytest", ".gitlab-ci.yml:51"),
    ]
    assert [(act.sign, act.location.line) for act in found["build"].acts] == [("docker build", 29), ("docker push", 31)]


def test_where_deployments_go_and_who_starts_them() -> None:
    found = jobs()
    assert [act.tier for act in found["stage-it"].acts] == [Tier.STAGING]
    assert [act.tier for act in found["prod"].acts] == [Tier.PRODUCTION]
    assert (found["prod"].manual, found["stage-it"].manual, found["prod"].tolerated) == (True, False, False)
    assert [act.purpose.value for act in found["tagged"].acts] == ["deploy", "publish"]
    assert found["tagged"].acts[0].tier is Tier.PRODUCTION
    assert found["stop"].environment == ""


def test_what_is_extended_is_merged_deeply() -> None:
    env = jobs()["prod"].env
    assert env is not None
    assert env.plain() == {"B": "x", "C": "d"}


def test_allowed_failures_are_tolerated() -> None:
    lint = jobs()["lint"]
    assert lint.tolerated
    assert [act.tolerated for act in lint.acts] == [True]


def test_pages_are_pages() -> None:
    assert [act.purpose.value for act in jobs()["pages"].acts] == ["build", "publish-pages"]


def test_known_templates_scan_and_others_are_gaps() -> None:
    _, gaps = read()
    found = jobs()
    assert [act.purpose.value for act in found["SAST"].acts] == ["code-scan"]
    assert (found["Auto-DevOps"].kind, found["Auto-DevOps"].acts) == ("external-call", ())
    assert [(gap.kind, gap.detail) for gap in gaps] == [
        ("not-understood", "line 4: includes Auto-DevOps.gitlab-ci.yml, which is not in this repository"),
        ("not-understood", "line 5: includes group/ci x.yml, which is not in this repository"),
    ]


def test_files_that_include_and_extend_each_other_end() -> None:
    files = {
        ".gitlab-ci.yml": "include: /ci/a.yml\na: {extends: b, script: x}\nb: {extends: a, stage: test}\n",
        "ci/a.yml": "include: {local: '.gitlab-ci.yml'}\nc: {script: [!reference [c, script], pytest]}\n",
        "ci/b.yml": "x: y",
    }
    (pipeline,), _ = pipelines((path, text.encode()) for path, text in files.items())
    assert sorted(job.id for job in pipeline.jobs) == ["a", "b", "c"]


def test_includes_may_name_many_files() -> None:
    files = {
        ".gitlab-ci.yml": "include: {local: 'ci/**/*.yml'}",
        "ci/x/a.yml": "a: {script: x}",
        "ci/b.yml": "b: {script: x}",
    }
    (pipeline,), gaps = pipelines((path, text.encode()) for path, text in files.items())
    assert ([job.id for job in pipeline.jobs], gaps) == (["a"], ()) or sorted(job.id for job in pipeline.jobs) == [
        "a",
        "b",
    ]
