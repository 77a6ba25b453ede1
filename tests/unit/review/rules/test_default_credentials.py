"""Default credentials: a password that everybody knows is unmet where an account gets it, one from outside is met."""

from pathlib import Path

from tests.reviewing import check_marks, check_silent, project_of
from trustwright.review.rules import default_credentials


def test_settings_and_infrastructure(tmp_path: Path) -> None:
    """Compose, environment files, Terraform, Kubernetes."""
    check_marks(
        default_credentials,
        tmp_path,
        {
            "docker-compose.yml": """
services:
  db:
    image: postgres:16
    environment:
      POSTGRES_PASSWORD: ${POSTGRES_PASSWORD:?set it in .env} # met
  grafana:
    image: grafana/grafana
    environment:
      - GF_SECURITY_ADMIN_PASSWORD=admin # unmet medium
  broker:
    image: rabbitmq
    environment:
      RABBITMQ_DEFAULT_PASS: x
      RABBITMQ_PASSWORD: ${RABBITMQ_PASSWORD:-guest} # unmet medium
  mysql:
    image: mysql
    environment:
      MYSQL_ALLOW_EMPTY_PASSWORD: "yes" # unmet medium
""",
            ".env": """
FIRST_SUPERUSER_PASSWORD=changethis # unmet high
# ADMIN_PASSWORD=admin
""",
            "infra/db.tf": """
variable "reporting_password" {
  type    = string
  default = "changeme" # unmet high
}
""",
            "k8s/db.yaml": """
apiVersion: apps/v1
kind: Deployment
metadata: {name: db}
spec:
  template:
    spec:
      containers:
        - name: db
          image: postgres
          env:
            - name: POSTGRES_PASSWORD
              value: postgres # unmet high
            - name: POSTGRES_HOST_AUTH_METHOD
              value: trust # unmet medium
""",
        },
    )


def test_code(tmp_path: Path) -> None:
    """Constants, fallbacks and accounts that a program creates."""
    check_marks(
        default_credentials,
        tmp_path,
        {
            "app/settings.py": """
DEFAULT_PASSWORD = "admin123"  # unmet high
DB_PASSWORD = os.environ["DB_PASSWORD"]  # met
DATABASES = {"PASSWORD": os.environ.get("DB_PASSWORD", "shop")}  # unmet medium
""",
            "app/setup.py": """
def setup(password):
    User.objects.create_superuser("root", password="open sesame")  # unmet high
    User.objects.create_user("shop", password=password)  # met
""",
            "src/config.ts": """
export const adminPassword = 'admin' // unmet high
export const dbPassword = process.env.DB_PASSWORD ?? 'postgres' // unmet medium
export const apiPassword = process.env.API_PASSWORD // met
""",
        },
    )


def test_nothing_to_say(tmp_path: Path) -> None:
    """Labels, types, other secrets, tests, pipelines, templates and a developer's own machine."""
    check_silent(
        default_credentials,
        tmp_path,
        {
            "src/form.ts": "const labels = { password: 'password', currentPassword: 'admin' }\n",
            "src/keys.ts": "const apiToken = process.env.API_TOKEN\n",
            "app/modules.py": "EXAMPLES = '''\n- name: add a user\n  login_password: \"123456\"\n'''\n",
            "app/tests.py": 'User.objects.create_user("a", password="secret")\n',
            "docker-compose.dev.yml": "services:\n  db:\n    environment:\n      POSTGRES_PASSWORD: postgres\n",
            ".github/workflows/ci.yml": "env:\n  POSTGRES_PASSWORD: postgres\n",
            ".env.example": "POSTGRES_PASSWORD=postgres\n",
        },
    )


def test_settings_that_say_they_are_for_development(tmp_path: Path) -> None:
    """A committed ``.env`` counts less when it names itself so, and still counts."""
    text = "APP_ENV=development\nPOSTGRES_PASSWORD=changethis\n"
    check_marks(default_credentials, tmp_path, {".env": text}, {(".env", 2): "unmet"})
    found = [item.severity for item in default_credentials.check(project_of(tmp_path / "b", {".env": text}))]
    assert found == ["low"]
