"""Dockerfiles: stages, flags, continued lines, heredocs."""

import pytest

from trustwright.review.source import dockerfile
from trustwright.review.source.errors import SourceError

FILE = b"""# syntax=docker/dockerfile:1
ARG NODE=20
FROM --platform=linux/amd64 node:${NODE} AS build
WORKDIR /app
RUN npm ci && \\
    # a comment between
    npm run build
COPY --from=deps --chown=node:node . .

FROM gcr.io/distroless/nodejs
ENV A=1 \\
    B=2
RUN <<EOF
echo FROM nowhere
USER root
EOF
user 1000
HEALTHCHECK --interval=30s CMD curl -f http://localhost/ || exit 1
CMD ["node", "dist/main.js"]
"""


def test_stages_and_what_stands_before_them() -> None:
    file = dockerfile.parse("Dockerfile", FILE)
    assert [(stage.image, stage.name, stage.line) for stage in file.stages] == [
        ("node:${NODE}", "build", 3),
        ("gcr.io/distroless/nodejs", "", 10),
    ]
    assert [one.arguments for one in file.arguments] == ["NODE=20"]
    assert file.final is file.stages[1]


def test_continued_lines_are_one_instruction_without_their_comments() -> None:
    (run,) = dockerfile.parse("Dockerfile", FILE).stages[0].all("RUN")
    assert run.arguments == "npm ci &&\n    npm run build"
    assert (run.line, run.end_line) == (5, 7)


def test_flags_are_taken_off_and_the_json_form_is_split() -> None:
    first, last = dockerfile.parse("Dockerfile", FILE).stages
    (copy,) = first.all("COPY")
    assert copy.flags == {"from": "deps", "chown": "node:node"}
    assert copy.words == (".", ".")
    assert last.all("CMD")[0].words == ("node", "dist/main.js")
    assert last.all("HEALTHCHECK")[0].flags == {"interval": "30s"}


def test_a_heredoc_belongs_to_its_instruction() -> None:
    last = dockerfile.parse("Dockerfile", FILE).stages[1]
    assert [one.arguments for one in last.all("USER")] == ["1000"]
    assert "USER root" in last.all("RUN")[0].arguments
    assert last.all("USER")[0].line == 17


def test_the_escape_character_can_be_another() -> None:
    file = dockerfile.parse("Dockerfile", b"# escape=`\nFROM windows\nRUN dir C:\\ `\n  && echo\n")
    assert file.stages[0].all("RUN")[0].arguments == "dir C:\\\n  && echo"


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"RUN x\n", "parse-error"),
        (b"", "parse-error"),
        (b"FROM \xff", "parse-error"),
        (b"FROM x\n" + b" " * dockerfile.MAX_BYTES, "capped"),
        (b"FROM x\n" * (dockerfile.MAX_INSTRUCTIONS + 1), "capped"),
    ],
)
def test_bad_input_is_refused(data: bytes, kind: str) -> None:
    with pytest.raises(SourceError) as caught:
        dockerfile.parse("Dockerfile", data)
    assert caught.value.kind == kind
