"""What commands and actions are for: the data that steps are classified by.

A command pattern is words: the program, then words that must follow in this order among the arguments. A word with a
leading ``!`` must not begin any argument; one with a leading ``~`` must be part of one, with ``!~`` of none. Names are
the tools' own; each tool's manual is the source.
"""

from collections.abc import Mapping
from typing import Final

from trustwright.review.link.delivery import Purpose

COMMANDS: Final[Mapping[Purpose, tuple[str, ...]]] = {
    Purpose.TEST: (
        *("pytest", "py.test", "nosetests", "unittest", "jest", "vitest !bench", "mocha", "ava", "jasmine"),
        *("playwright test", "cypress run", "testcafe", "nightwatch", "wdio", "karma start", "ng test", "go test"),
        *("gotestsum", "cargo test", "cargo nextest", "mvn test !-DskipTests", "mvn verify !-DskipTests"),
        *("mvnw test", "mvnw verify", "gradle test", "gradle check", "gradlew test", "gradlew check", "rspec"),
        *("rails test", "rake test", "rake spec", "cucumber", "phpunit", "paratest", "artisan test", "dotnet test"),
        *("manage.py test", "django-admin test", "bats", "ctest", "bun test", "deno test", "node --test"),
        *("newman run", "k6 run", "artillery run", "locust --headless", "mix test", "swift test", "flutter test"),
        *("sbt test", "lein test", "stack test", "react-scripts test", "vue-cli-service test:unit"),
        *("web-test-runner", "detox test", "tsx --test", "c8 !report", "nyc !report", "schemathesis run", "behave"),
        *("elm-test", "forge test", "hardhat test", "tox", "nox", "vstest.console", "xcodebuild test"),
        *("lhci autorun", "start-server-and-test", "promtool test", "helm unittest", "molecule test", "kuttl test"),
        *("bazel test", "bazelisk test", "pants test", "buck2 test", "earthly ~test", "tilt ci ~test"),
        *("chainsaw test", "terraform test", "manage test", "docker compose up --exit-code-from"),
        *("docker-compose up --exit-code-from", "docker compose up --abort-on-container-exit"),
        *("docker-compose up --abort-on-container-exit", "gator verify"),
    ),
    Purpose.LINT: (
        *("eslint", "tslint", "oxlint", "biome check", "biome lint", "biome ci", "standard", "xo", "stylelint"),
        *("prettier --check", "prettier -c", "dprint check", "ruff check", "ruff format", "flake8", "pylint"),
        *("black", "isort", "pre-commit run", "prek run", "golangci-lint", "go vet", "gofmt", "staticcheck"),
        *("cargo clippy", "cargo fmt", "rubocop", "phpcs", "php-cs-fixer", "shellcheck", "hadolint", "yamllint"),
        *("actionlint", "markdownlint", "terraform fmt", "terraform validate", "tflint", "helm lint"),
        *("kubeconform", "kubeval", "spectral lint", "buf lint", "sqlfluff lint", "next lint", "ng lint", "djlint"),
        *("ansible-lint", "codespell", "commitlint", "knip", "depcheck", "syncpack", "manypkg check", "sherif"),
        *("checkstyle", "ktlint", "dotnet format", "jshint", "redocly lint", "erb_lint", "ct lint", "typos"),
        *("cspell", "standardx"),
    ),
    Purpose.TYPE_CHECK: (
        *("tsc !-b", "vue-tsc", "mypy", "pyright", "basedpyright", "pyre", "flow check", "svelte-check"),
        *("astro check", "phpstan", "psalm", "sorbet", "srb tc", "cargo check", "ty check", "nuxi typecheck"),
    ),
    Purpose.CODE_SCAN: (
        *("semgrep", "opengrep", "bandit", "gosec", "brakeman", "bearer scan", "snyk code"),
        *("codeql database analyze", "sonar-scanner", "sonarqube-scanner", "mvn sonar:sonar", "gradlew sonar"),
        *("njsscan", "horusec", "cx scan", "spotbugs", "psalm --taint-analysis", "mobsfscan", "trustwright review"),
        *("sourceanalyzer",),
    ),
    Purpose.DEPENDENCY_SCAN: (
        *("npm audit !fix", "yarn audit", "yarn npm audit", "pnpm audit", "bun audit", "pip-audit", "safety check"),
        *("safety scan", "snyk test", "snyk monitor", "osv-scanner", "govulncheck", "cargo audit", "cargo deny"),
        *("bundle audit", "bundler-audit", "composer audit", "dependency-check", "dependency-check.sh", "audit-ci"),
        *("better-npm-audit", "retire", "nancy", "grype dir:", "mvn dependency-check:check", "uv audit"),
        *("trivy fs", "gradlew dependencyCheckAnalyze", "trivy filesystem", "trivy repo"),
        *("dotnet list --vulnerable", "mix deps.audit", "auditjs", "socket ci", "socket scan", "fossa test"),
    ),
    Purpose.CONTAINER_SCAN: (
        *("trivy image", "grype", "snyk container", "docker scout", "dockle", "anchore-cli", "clair-scanner"),
        *("twistcli images", "aws ecr start-image-scan", "gcloud artifacts docker images scan", "docker scan"),
    ),
    Purpose.SECRET_SCAN: (
        *("gitleaks", "trufflehog", "detect-secrets", "ggshield", "git-secrets --scan", "whispers", "talisman"),
        *("secretlint", "noseyparker", "kingfisher scan"),
    ),
    Purpose.INFRASTRUCTURE_SCAN: (
        *("checkov", "tfsec", "terrascan", "kics", "trivy config", "trivy k8s", "kube-score", "kubesec"),
        *("kube-linter", "polaris audit", "cfn-lint", "cfn_nag", "cfn-nag", "cfn_nag_scan", "regula run"),
        *("conftest test", "snyk iac", "cdk-nag", "kubeaudit", "kubescape scan", "prowler", "zizmor"),
    ),
    Purpose.DYNAMIC_SCAN: (
        *("zap-baseline.py", "zap-full-scan.py", "zap-api-scan.py", "zap.sh", "nuclei", "nikto", "wapiti"),
        *("hawk scan",),
    ),
    Purpose.BUILD: (
        *("docker build", "docker buildx build !--push", "docker compose build", "docker-compose build"),
        *("buildah bud", "podman build", "next build", "vite build", "webpack", "rollup", "esbuild", "tsup"),
        *("tsc -b", "nest build", "ng build", "go build", "cargo build", "mvn package", "mvn install"),
        *("mvnw package", "gradle build", "gradlew build", "gradlew assemble", "dotnet build", "dotnet publish"),
        *("python -m build", "uv build", "poetry build", "hatch build", "kaniko", "packer build", "cdk synth"),
        *("terraform plan", "tofu plan", "sam build", "helm package", "helm template", "storybook build"),
        *("remix build", "react-router build", "astro build", "expo export", "nuxt build", "vue-cli-service build"),
        *("react-scripts build", "electron-builder !--publish", "rake assets:precompile"),
        *("rails assets:precompile", "pulumi preview", "tsdown", "parcel build", "electron-vite build"),
        *("wxt build", "swc", "babel", "ncc build", "bun build", "hugo", "zensical build", "mkdocs build"),
    ),
    Purpose.DEPLOY: (
        *("kubectl apply !--dry-run", "kubectl replace", "kubectl set image", "kubectl rollout restart"),
        *("kubectl create deployment", "kubectl create -f !--dry-run", "oc apply", "oc rollout latest"),
        *("oc start-build", "helm upgrade !--dry-run", "helm install !--dry-run", "helmfile apply"),
        *("helmfile sync", "skaffold run", "skaffold deploy", "argocd app sync", "argocd app set"),
        *("flux reconcile", "kapp deploy", "kamal deploy", "kamal redeploy"),
        *("terraform apply !-refresh-only !~-config", "tofu apply !-refresh-only !~-config"),
        *("terragrunt apply", "pulumi up", "cdk deploy", "cdktf deploy", "sst deploy", "serverless deploy"),
        *("sls deploy", "sam deploy", "aws ecs update-service", "aws ecs deploy", "ecs-deploy", "ecs deploy"),
        *("aws deploy create-deployment", "aws lambda update-function-code", "aws lambda update-alias"),
        *("copilot deploy", "copilot svc deploy", "aws cloudformation deploy", "aws cloudformation update-stack"),
        *("rain deploy", "aws cloudformation create-stack", "aws elasticbeanstalk update-environment", "eb deploy"),
        *("aws amplify start-job", "aws apprunner start-deployment", "lambroll deploy"),
        *("aws lightsail create-container-service-deployment", "gcloud run deploy", "gcloud run services update"),
        *("gcloud run services replace", "gcloud app deploy", "gcloud functions deploy"),
        *("gcloud deploy releases create", "gcloud builds submit", "gcloud compute instances update-container"),
        *("firebase deploy", "az webapp deploy", "az webapp up", "az webapp deployment", "az containerapp update"),
        *("az containerapp up", "az functionapp deployment", "az deployment group create"),
        *("func azure functionapp publish", "azd deploy", "azd up", "vercel --prod", "vercel deploy"),
        *("vercel promote", "netlify deploy", "fly deploy", "flyctl deploy", "railway up", "render deploys create"),
        *("heroku container:release", "wrangler deploy !--dry-run", "wrangler publish", "wrangler pages deploy"),
        *("wrangler pages publish", "doctl apps create-deployment", "doctl apps update", "cf push", "cap deploy"),
        *("dep deploy", "nomad job run", "nomad run", "ansible-playbook !--check", "docker stack deploy"),
        *("docker service update", "trigger.dev deploy", "supabase functions deploy", "convex deploy"),
        *("eas update", "eas submit", "waypoint deploy", "modal deploy", "prefect deploy", "pm2 deploy"),
        *("mup deploy", "zappa deploy", "zappa update", "chalice deploy", "arc deploy", "dokku git:sync"),
        *("okteto deploy", "spin pipeline execute", "koyeb service update", "zeabur deploy", "clever deploy"),
        *("scalingo deploy", "ibmcloud ce application update", "fastly compute publish", "deployctl deploy"),
        *("shopify app deploy", "amplify publish", "amplify push", "fastapi deploy", "terragrunt run-all apply"),
        *("terragrunt run --all apply",),
    ),
    Purpose.PUBLISH: (
        *("npm publish !--dry-run", "yarn publish", "yarn npm publish", "pnpm publish !--dry-run", "bun publish"),
        *("lerna publish", "changeset publish", "semantic-release", "release-it", "np", "twine upload"),
        *("uv publish", "poetry publish", "flit publish", "hatch publish", "pdm publish"),
        *("cargo publish !--dry-run", "cargo release", "gem push", "mvn deploy", "mvnw deploy", "gradle publish"),
        *("gradlew publish", "dotnet nuget push", "nuget push", "docker push", "docker compose push"),
        *("docker-compose push", "docker buildx build --push", "docker manifest push", "podman push"),
        *("skopeo copy", "crane push", "oras push", "ko build", "ko publish", "helm push", "cr upload"),
        *("goreleaser release", "goreleaser", "gh release create", "gh release upload", "glab release create"),
        *("release-cli create", "vsce publish", "ovsx publish", "electron-builder --publish", "web-ext sign"),
        *("wxt submit", "chrome-webstore-upload", "fastlane deliver", "fastlane supply", "jsr publish", "buf push"),
        *("mix hex.publish", "docker buildx imagetools create"),
    ),
    Purpose.PUBLISH_PAGES: (
        *("mkdocs gh-deploy", "mike deploy", "gh-pages", "docusaurus deploy", "ghp-import", "chromatic"),
        *("storybook-to-ghpages", "angular-cli-ghpages", "mintlify deploy", "rdme"),
    ),
    Purpose.MIGRATE: (
        *("prisma migrate deploy", "prisma db push", "alembic upgrade", "manage.py migrate !--check"),
        *("django-admin migrate", "flask db upgrade", "knex migrate:latest", "knex migrate:up"),
        *("sequelize db:migrate", "sequelize-cli db:migrate", "typeorm migration:run", "flyway migrate"),
        *("liquibase update", "rails db:migrate", "rake db:migrate", "goose up", "drizzle-kit migrate"),
        *("drizzle-kit push", "dbmate up", "atlas migrate apply", "atlas schema apply", "migrate up"),
        *("supabase db push", "supabase migration up", "sqlx migrate run", "diesel migration run"),
        *("artisan migrate", "dotnet ef database update", "mikro-orm migration:up", "node-pg-migrate up"),
        *("sqitch deploy", "mix ecto.migrate", "payload migrate", "medusa db:migrate", "manage migrate !--check"),
    ),
    Purpose.ROLLBACK: (
        *("kubectl rollout undo", "helm rollback", "helm upgrade --atomic", "helm upgrade --rollback-on-failure"),
        *("argocd app rollback", "vercel rollback", "heroku rollback", "heroku releases:rollback"),
        *("aws ecs update-service deploymentCircuitBreaker", "gcloud run services update-traffic"),
        *("gcloud app services set-traffic", "kamal rollback", "eb restore", "gcloud deploy targets rollback"),
        *("az webapp deployment slot swap", "wrangler rollback", "cap deploy:rollback", "docker service rollback"),
        *("docker service update --rollback", "serverless rollback", "sls rollback", "nomad job revert"),
        *("cf rollback", "dep rollback", "aws cloudformation rollback-stack"),
        *("aws cloudformation cancel-update-stack", "aws deploy create-deployment --auto-rollback-configuration"),
        *("firebase hosting:rollback",),
    ),
    Purpose.VERIFY: (
        *("kubectl rollout status", "kubectl wait", "helm test", "aws ecs wait services-stable", "argocd app wait"),
        *("aws cloudformation wait", "aws deploy wait", "cosign verify"),
    ),
}

# What `ssh` runs elsewhere deploys when it is one of these.
REMOTE_DEPLOYS: Final = (
    *(
        "docker compose up",
        "docker-compose up",
        "docker compose pull",
        "docker-compose pull",
        "docker run",
        "docker pull",
    ),
    *("systemctl restart", "systemctl reload", "service restart", "supervisorctl restart", "pm2 restart", "pm2 reload"),
    *("pm2 start", "git pull", "git checkout", "git reset", "git fetch", "npm ci", "npm install", "unzip", "tar"),
)

# These move files or refs, and deploy when the step, the job or the pipeline is called a deployment.
NAMED_DEPLOYS: Final = (
    *("git push release", "git push production", "git push prod", "git push live", "git push main", "git push master"),
    *("git push heroku", "git push dokku", "git push ~:release", "git push ~:prod", "git push ~:live", "aws s3 sync"),
    *("aws s3 cp ~s3://", "gsutil rsync", "gsutil cp", "gcloud storage rsync", "rsync", "scp", "lftp", "sftp"),
    *(
        "az storage blob upload-batch",
        "kubectl patch",
        "kubectl annotate",
        "curl ~deploy !~slack !~discord !~status",
        "curl ~build_hook",
        "curl ~/dispatches",
        "wget ~deploy !~slack",
    ),
)

# Programs of platforms that deploy a preview unless they are told otherwise.
PREVIEWING: Final = frozenset({"vercel", "netlify"})

# On a runner of one's own these bring up the service itself rather than a test stand.
SELF_HOSTED_DEPLOYS: Final = ("docker compose up", "docker-compose up", "docker stack deploy", "systemctl restart")

ACTIONS: Final[Mapping[Purpose, tuple[str, ...]]] = {
    Purpose.TEST: (
        *("cypress-io/github-action", "artiomtr/jest-coverage-report-action", "grafana/k6-action"),
        *("grafana/run-k6-action", "treosh/lighthouse-ci-action", "helm/chart-testing-action"),
        *("saucelabs/saucectl-run-action",),
    ),
    Purpose.LINT: (
        *("super-linter/super-linter", "github/super-linter", "oxsecurity/megalinter"),
        *("golangci/golangci-lint-action", "pre-commit/action", "pre-commit-ci/lite-action"),
        *("astral-sh/ruff-action", "chartboost/ruff-action", "psf/black", "hadolint/hadolint-action"),
        *("wearerequired/lint-action", "reviewdog/action-eslint", "rhysd/actionlint", "raven-actions/actionlint"),
        *("ibiblio/action-yamllint", "davidanson/markdownlint-cli2-action", "wagoid/commitlint-github-action"),
        *("amannn/action-semantic-pull-request", "crate-ci/typos", "py-actions/flake8"),
        *("standardrb/standard-ruby-action", "reviewdog/action-rubocop", "j178/prek-action"),
        *("ludeeus/action-shellcheck", "codespell-project/actions-codespell", "isort/isort-action"),
    ),
    Purpose.TYPE_CHECK: (*("jakebailey/pyright-action", "tsuyoshicho/action-mypy"),),
    Purpose.CODE_SCAN: (
        *("github/codeql-action/analyze", "returntocorp/semgrep-action", "semgrep/semgrep-action"),
        *("bearer/bearer-action", "sonarsource/sonarcloud-github-action", "sonarsource/sonarqube-scan-action"),
        *("securego/gosec", "veracode/veracode-pipeline-scan-action", "veracode/veracode-uploadandscan-action"),
        *("checkmarx/ast-github-action", "anthropics/claude-code-security-review", "snyk/actions/code"),
        *("shundor/python-bandit-scan", "jpetrucciani/bandit-check", "microsoft/security-devops-action"),
        *("fortify/github-action", "datadog/datadog-static-analyzer-github-action"),
    ),
    Purpose.DEPENDENCY_SCAN: (
        *("actions/dependency-review-action", "snyk/actions/node", "snyk/actions/python", "snyk/actions/golang"),
        *("snyk/actions/maven", "snyk/actions/gradle", "snyk/actions/ruby", "snyk/actions/dotnet"),
        *("snyk/actions/php", "google/osv-scanner-action", "pypa/gh-action-pip-audit", "pyupio/safety-action"),
        *("golang/govulncheck-action", "rustsec/audit-check", "actions-rs/audit-check"),
        *("dependency-check/dependency-check_action", "fossas/fossa-action", "embarkstudios/cargo-deny-action"),
        *("google/osv-scanner-action/osv-scanner-action", "datadog/datadog-sca-github-action"),
    ),
    Purpose.CONTAINER_SCAN: (
        *("aquasecurity/trivy-action", "anchore/scan-action", "snyk/actions/docker", "docker/scout-action"),
        *("erzz/dockle-action", "aws-actions/vulnerability-scan-github-action-for-amazon-inspector"),
    ),
    Purpose.SECRET_SCAN: (
        *("gitleaks/gitleaks-action", "zricethezav/gitleaks-action", "trufflesecurity/trufflehog"),
        *("gitguardian/ggshield-action", "gitguardian/ggshield/actions/secret", "edplato/trufflehog-actions-scan"),
    ),
    Purpose.INFRASTRUCTURE_SCAN: (
        *("bridgecrewio/checkov-action", "aquasecurity/tfsec-action", "aquasecurity/tfsec-pr-commenter-action"),
        *("checkmarx/kics-github-action", "tenable/terrascan-action", "snyk/actions/iac"),
        *("kubescape/github-action", "stackrox/kube-linter-action", "stelligent/cfn_nag"),
        *("accurics/terrascan-action", "zizmorcore/zizmor-action", "woodruffw/zizmor-action"),
    ),
    Purpose.DYNAMIC_SCAN: (
        *("zaproxy/action-baseline", "zaproxy/action-full-scan", "zaproxy/action-api-scan"),
        *("stackhawk/hawkscan-action", "projectdiscovery/nuclei-action"),
        *("portswigger-cloud/dastardly-github-action",),
    ),
    Purpose.BUILD: (
        *("docker/bake-action", "redhat-actions/buildah-build", "docker/build-push-action"),
        *("depot/build-push-action", "useblacksmith/build-push-action"),
    ),
    Purpose.DEPLOY: (
        *("azure/webapps-deploy", "azure/k8s-deploy", "azure/functions-action"),
        *("azure/container-apps-deploy-action", "azure/arm-deploy", "azure/bicep-deploy", "azure/aci-deploy"),
        *("azure/static-web-apps-deploy", "aws-actions/amazon-ecs-deploy-task-definition"),
        *("aws-actions/aws-cloudformation-github-deploy", "aws-actions/aws-lambda-deploy"),
        *("awslabs/amazon-app-runner-deploy", "appleboy/lambda-action", "einaregilsson/beanstalk-deploy"),
        *("jakejarvis/s3-sync-action", "reggionick/s3-deploy", "appleboy/scp-action"),
        *("google-github-actions/deploy-cloudrun", "google-github-actions/deploy-appengine"),
        *("google-github-actions/deploy-cloud-functions", "google-github-actions/create-cloud-deploy-release"),
        *("firebaseextended/action-hosting-deploy", "w9jds/firebase-action", "akhileshns/heroku-deploy"),
        *("amondnet/vercel-action", "nwtgck/actions-netlify", "netlify/actions/cli"),
        *("superfly/flyctl-actions/deploy", "digitalocean/app_action", "digitalocean/app_action/deploy"),
        *("cloudflare/pages-action", "johnbeynon/render-deploy-action", "serverless/github-action"),
        *("pulumi/actions", "dflook/terraform-apply", "dflook/tofu-apply"),
        *("bitovi/github-actions-deploy-docker-to-ec2", "appleboy/ssh-action", "easingthemes/ssh-deploy"),
        *("burnett01/rsync-deployments", "samkirkland/ftp-deploy-action", "wlixcc/sftp-deploy-action"),
        *("up9cloud/action-rsync", "garygrossgarten/github-action-ssh", "deliverybot/helm"),
        *("dawidd6/action-ansible-playbook", "dokku/github-action", "octopusdeploy/deploy-release-action"),
        *("caprover/deploy-from-github",),
    ),
    Purpose.PUBLISH: (
        *("pypa/gh-action-pypi-publish", "softprops/action-gh-release", "ncipollo/release-action"),
        *("actions/create-release", "js-devtools/npm-publish", "changesets/action"),
        *("cycjimmy/semantic-release-action", "goreleaser/goreleaser-action", "release-drafter/release-drafter"),
        *("googleapis/release-please-action", "google-github-actions/release-please-action"),
        *("helm/chart-releaser-action", "svenstaro/upload-release-action", "elgohr/publish-docker-github-action"),
        *("mnao305/chrome-extension-upload", "redhat-actions/push-to-registry"),
        *("mr-smithers-excellent/docker-build-push", "relekang/python-semantic-release"),
        *("python-semantic-release/python-semantic-release", "katyo/publish-crates", "macbre/push-to-ghcr"),
        *("marvinpinto/action-automatic-releases", "r0adkll/upload-google-play"),
        *("apple-actions/upload-testflight-build",),
    ),
    Purpose.PUBLISH_PAGES: (
        *("peaceiris/actions-gh-pages", "actions/deploy-pages", "jamesives/github-pages-deploy-action"),
        *("chromaui/action", "crazy-max/ghaction-github-pages", "mhausenblas/mkdocs-deploy-gh-pages"),
        *("readmeio/rdme",),
    ),
    Purpose.MIGRATE: (
        *("joshuaavalon/flyway-action", "ariga/atlas-action/migrate/apply", "ariga/atlas-deploy-action"),
    ),
    Purpose.APPROVAL: (*("trstringer/manual-approval",),),
}

# Actions that build an image, and push it when their inputs say so.
BUILD_AND_PUSH: Final = frozenset(
    {"docker/build-push-action", "depot/build-push-action", "useblacksmith/build-push-action"}
)

# Steps that start a cluster of the job's own: what is deployed to it afterwards is a test.
LOCAL_CLUSTERS: Final = (
    *("helm/kind-action", "engineerd/setup-kind", "medyagh/setup-minikube", "manusa/actions-setup-minikube"),
    *("absaoss/k3d-action", "nolar/setup-k3d-k3s", "kind create cluster", "minikube start", "k3d cluster create"),
)

# Actions whose inputs hold a script; the second word is set when it runs on another machine.
SCRIPT_INPUTS: Final[Mapping[str, tuple[str, bool]]] = {
    "nick-fields/retry": ("command", False),
    "nick-invision/retry": ("command", False),
    "wandalen/wretry.action": ("command", False),
    "appleboy/ssh-action": ("script", True),
    "garygrossgarten/github-action-ssh": ("command", True),
    "cloudflare/wrangler-action": ("command", False),
    "azure/cli": ("inlineScript", False),
    "devcontainers/ci": ("runCmd", False),
    "helmfile/helmfile-action": ("helmfile-args", False),
    "gradle/gradle-build-action": ("arguments", False),
    "borales/actions-yarn": ("cmd", False),
    "coactions/setup-xvfb": ("run", False),
    "gabrielbb/xvfb-action": ("run", False),
    "reactivecircus/android-emulator-runner": ("script", False),
}
# The program that such an input leaves out.
SCRIPT_PROGRAMS: Final[Mapping[str, str]] = {
    "cloudflare/wrangler-action": "wrangler",
    "gradle/gradle-build-action": "gradle",
    "borales/actions-yarn": "yarn",
    "helmfile/helmfile-action": "helmfile",
}

# Programs that run another one given among their arguments.
WRAPPERS: Final = frozenset(
    (
        *("aws-vault", "bun", "bundle", "bunx", "chamber", "concurrently", "coverage", "cross-env", "deno"),
        *("docker", "docker-compose", "doppler", "dotenv", "dotenv-cli", "dotenv-flow", "dotenvx", "dotnet"),
        *("dumb-init", "env", "env-cmd", "hatch", "infisical", "just", "kubectl", "mise", "nice", "node", "nohup"),
        *("npm", "npm-run-all", "npx", "op", "pdm", "pipenv", "pnpm", "pnpx", "podman", "poetry", "py", "python"),
        *("python3", "retry", "run-p", "run-s", "rye", "start-server-and-test", "sudo", "timeout", "tini", "tsx"),
        *("uv", "uvx", "with-env", "xargs", "xvfb-run", "yarn"),
    )
)
