"""What a step does: its commands and actions looked up in the tables, the scripts they run followed."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Final

from trustwright.review.link.delivery import Act, Purpose, Tier
from trustwright.review.link.purpose_tables import (
    ACTIONS,
    BUILD_AND_PUSH,
    COMMANDS,
    NAMED_DEPLOYS,
    PREVIEWING,
    REMOTE_DEPLOYS,
    SCRIPT_INPUTS,
    SCRIPT_PROGRAMS,
    SELF_HOSTED_DEPLOYS,
    WRAPPERS,
)
from trustwright.review.link.scripts import Call, Script, Scripts
from trustwright.review.link.tiers import first_known, tier_of_words
from trustwright.review.model import Location
from trustwright.review.source.shell import Command, commands
from trustwright.review.source.tree import Tree

# `npm test` → package script → make target → shell file: people do not go deeper.
MAX_FOLLOWED: Final = 4
MAX_ACTS: Final = 200

# What the name of a script says when the script itself says nothing; the first that fits.
_NAMES: Final[tuple[tuple[re.Pattern[str], Purpose | None], ...]] = (
    (
        re.compile(
            r"^(?:start|serve|dev|watch|install|setup|prepare|clean|pre|post|generate|envsetup)\b|\binstall$|\bstatus\b"
        ),
        None,
    ),
    (re.compile(r"\b(?:type-?check|check-?types|types|tsc)\b"), Purpose.TYPE_CHECK),
    (re.compile(r"\b(?:lint|eslint|format|prettier|style)\b"), Purpose.LINT),
    (re.compile(r"\b(?:audit|vulnerabilit(?:y|ies))\b"), Purpose.DEPENDENCY_SCAN),
    (re.compile(r"\b(?:rollback)\b"), Purpose.ROLLBACK),
    (re.compile(r"\b(?:migrate|migrations?)\b"), Purpose.MIGRATE),
    (re.compile(r"\b(?:tests?|spec|e2e|unit|integration|coverage|cypress|smoke-?test)\b"), Purpose.TEST),
    (re.compile(r"\b(?:deploy)\b"), Purpose.DEPLOY),
    (re.compile(r"\b(?:publish|release)\b"), Purpose.PUBLISH),
    (re.compile(r"\b(?:build|compile|bundle|package)\b"), Purpose.BUILD),
)
_RUNS_TESTS: Final = re.compile(r"^(?:run|execute)\b.*\btests?\b|^(?:unit |integration |e2e |smoke )?tests?$")
# What the name of an action says that no table knows; and the names that only speak of a check.
_HINTS: Final = (
    (re.compile(r"snyk|trivy|grype|semgrep|codeql|sonar|vulnerab|security-?scan|\bscan"), Purpose.CODE_SCAN),
    (re.compile(r"\btests?\b|[-/]e2e\b"), Purpose.TEST),
)
_NO_CHECK: Final = re.compile(
    r"report|result|upload|publish|setup|sarif|summary|coverage|comment|install|init|cache|notify"
)
_TESTING_SERVICE: Final = re.compile(r"docker[ -]compose .*\brun .*\b(?:tests?|e2e|pytest)\b")
# A wrapper's argument after one of these is a package to install or to look at, not a program to run.
_NO_PROGRAM: Final = frozenset(
    {
        "install",
        "add",
        "i",
        "ci",
        "uninstall",
        "remove",
        "update",
        "upgrade",
        "list",
        "ls",
        "show",
        "info",
        "view",
        "why",
    }
    | {"cache", "config", "init", "login", "logout", "pull", "inspect", "logs", "pip", "sync", "lock", "help", "--help"}
    | {"--version", "-v", "-V", "tag", "images", "ps", "rm", "down", "get", "describe"}
)
_NOTHING: Final = frozenset({"echo", "printf", "exit", "true", ":", "set", "cd", "export", "false", "test", "["})
# Programs whose arguments are several targets, of which any counts.
_MANY_TARGETS: Final = frozenset({"mvn", "mvnw", "gradle", "gradlew", "rake", "rails", "cargo", "sbt", "vercel"})
_PASSED: Final = frozenset({"alpha", "beta", "--", "origin"})
_VERSION: Final = re.compile(r"(?<=.)@[\w.^~*-]+$")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a script stands and runs: its file, the line of its first command, its folder, its runner."""

    path: str
    line: int
    folder: str = ""
    self_hosted: bool = False
    deploying: bool = False
    """True when the step, its job or its pipeline is called a deployment."""
    whole: Location | None = None
    """When given, every act is placed here instead of on its command's line."""


@dataclass(frozen=True, slots=True)
class _Pattern:
    rest: tuple[str, ...]
    never: tuple[str, ...]
    purpose: Purpose
    sign: str


def _patterns(table: Mapping[Purpose, Sequence[str]]) -> dict[str, tuple[_Pattern, ...]]:
    """Index a table of command patterns by program, the longest patterns first."""
    index: dict[str, list[_Pattern]] = {}
    for purpose, rows in table.items():
        for row in rows:
            program, *words = row.split()
            rest = tuple(word for word in words if not word.startswith("!"))
            never = tuple(word[1:] for word in words if word.startswith("!"))
            index.setdefault(program, []).append(
                _Pattern(rest, never, purpose, " ".join((program, *(word for word in rest if word[0] != "~"))))
            )
    return {program: tuple(sorted(rows, key=lambda row: -len(row.rest))) for program, rows in index.items()}


_COMMANDS: Final = _patterns(COMMANDS)
_REMOTE: Final = _patterns({Purpose.DEPLOY: REMOTE_DEPLOYS})
_NAMED: Final = _patterns({Purpose.DEPLOY: NAMED_DEPLOYS})
_SELF_HOSTED: Final = _patterns({Purpose.DEPLOY: SELF_HOSTED_DEPLOYS})
_ACTIONS: Final = {name: purpose for purpose, names in ACTIONS.items() for name in names}


def acts_of_script(text: str, place: Place, scripts: Scripts) -> tuple[Act, ...]:
    """Return what a shell script does, the scripts it calls followed up to MAX_FOLLOWED deep, at most MAX_ACTS."""
    return tuple(islice(_acts(text, place, scripts, False, ()), MAX_ACTS))


def hint_of_name(name: str, place: Place) -> tuple[Act, ...]:
    """Return what the name of a step promises whose script shows nothing known: tests, at most, and only by name."""
    if not _RUNS_TESTS.search(name.lower()):
        return ()
    return (Act(Purpose.TEST, name, place.whole or Location(place.path, place.line), by_name=True),)


def acts_of_action(uses: str, inputs: Tree | None, place: Place, scripts: Scripts) -> tuple[Act, ...]:
    """Return what a published action does, judged by its name and inputs; empty when the tables do not know it."""
    name = uses.partition("@")[0].lower()
    location = place.whole or Location(place.path, place.line)
    if name in SCRIPT_INPUTS:
        key, remote = SCRIPT_INPUTS[name]
        given = inputs.at(key) if inputs else None
        text = " ".join(filter(None, (SCRIPT_PROGRAMS.get(name, ""), given.text if given else "")))
        found = tuple(islice(_acts(text, place, scripts, remote, ()), MAX_ACTS))
        if name == "cloudflare/wrangler-action" and not (given and given.text):
            return (Act(Purpose.DEPLOY, name, location),)
        return found
    purpose = _ACTIONS.get(name) or _ACTIONS.get(name.rpartition("/")[0] if name.count("/") > 1 else "")
    if purpose is None:
        hint = None if _NO_CHECK.search(name) else next((one for word, one in _HINTS if word.search(name)), None)
        return (Act(hint, name, location, by_name=True),) if hint else ()
    if name in BUILD_AND_PUSH and inputs and _pushes(inputs):
        return (Act(Purpose.BUILD, name, location), Act(Purpose.PUBLISH, name, location))
    if name == "pulumi/actions" and inputs and inputs.text_at("command") not in {"up", "update"}:
        return (Act(Purpose.BUILD, name, location),)
    return (Act(purpose, name, location),)


def _pushes(inputs: Tree) -> bool:
    push = inputs.at("push")
    return (push is not None and push.truth is not False) or "push=true" in inputs.text_at("outputs")


def _acts(text: str, place: Place, scripts: Scripts, remote: bool, calls: tuple[str, ...]) -> Iterator[Act]:
    folder = place.folder
    for command in commands(text):
        if command.words[0] in {"cd", "pushd"} and len(command.words) > 1 and "$" not in command.words[1]:
            folder = f"{folder}/{command.words[1]}".lstrip("/")
            continue
        line = place.whole or Location(place.path, place.line + command.line)
        here = replace(place, folder=folder, whole=line)
        for act in _command(command, command.remote or remote, here, scripts, calls):
            yield replace(act, tolerated=True) if command.tolerated else act


def _command(command: Command, remote: bool, place: Place, scripts: Scripts, calls: tuple[str, ...]) -> Iterator[Act]:
    """Yield what one command does: the script it calls, else the first pattern that fits at any program in it."""
    location = place.whole or Location(place.path, place.line)
    for words in _programs(command.words):
        call = scripts.call(words, place.folder) if len(calls) < MAX_FOLLOWED else None
        if call is not None and call.found:
            yield from _called(call, words, place, scripts, calls)
            return
        # A script that is not there may be the program of that name: `yarn run jest`.
        tried = words[words.index(call.name) :] if call is not None and call.name in words else words
        found = list(_matches(_COMMANDS, tried))
        for applies, more in ((remote, _REMOTE), (place.self_hosted, _SELF_HOSTED), (place.deploying, _NAMED)):
            found.extend(_matches(more, tried) if applies else ())
        if found:
            tier = _tier(tried)
            for purpose in dict.fromkeys(pattern.purpose for pattern in found):
                sign = next(pattern.sign for pattern in found if pattern.purpose is purpose)
                # What another repository does with an event that it is sent is not seen here.
                elsewhere = purpose is Purpose.DEPLOY and any("/dispatches" in word for word in tried)
                yield Act(purpose, sign, location, tier, by_name=elsewhere)
            return
        if call is not None:
            yield from _by_name(call, words, location)
            return
    # A service of a compose file: what it runs is in its image.
    if _TESTING_SERVICE.match(" ".join(command.words).replace("_", "-").lower()):
        yield Act(Purpose.TEST, "docker compose run", location, by_name=True)


def _tier(words: tuple[str, ...]) -> Tier:
    """Return where a command says that it deploys to.

    A hosting platform's ``--prod`` means the project's main address, and the project may be a staging one; without it
    the deployment is a preview.
    """
    if words[0].rpartition("/")[2] not in PREVIEWING:
        return tier_of_words(" ".join(words[1:]))
    main = any(word.startswith(("--prod", "--target", "$", "promote", "alias")) for word in words[1:])
    rest = [word for word in words[1:] if not word.startswith("--prod")]
    return first_known((tier_of_words(" ".join(rest)), Tier.UNKNOWN if main else Tier.PREVIEW))


def _called(
    call: Call, words: tuple[str, ...], place: Place, scripts: Scripts, calls: tuple[str, ...]
) -> Iterator[Act]:
    """Yield what a called script does; what its name says, marked as such, when the script says nothing."""
    any_act = any_work = False
    seen: set[Purpose] = set()
    for script in call.found:
        key = f"{script.path}:{script.line}"
        if key in calls:
            continue
        any_work = any_work or _does_something(script)
        inside = Place(script.path, script.line, script.folder, place.self_hosted, place.deploying)
        for act in _acts(script.text, inside, scripts, False, (*calls, key)):
            any_act = True
            # A task that runs in sixty packages is one act of each kind.
            if act.purpose not in seen or len(call.found) == 1:
                seen.add(act.purpose)
                yield act
    if any_work and not any_act:
        yield from _by_name(call, words, place.whole or Location(place.path, place.line))


def _by_name(call: Call, words: tuple[str, ...], location: Location) -> Iterator[Act]:
    """Yield what a script's name says it does."""
    for pattern, purpose in _NAMES:
        if pattern.search(call.name.replace("_", "-")):
            if purpose is not None:
                yield Act(purpose, " ".join(words[:3]), location, by_name=True)
            return


def _does_something(script: Script) -> bool:
    return any(command.words[0] not in _NOTHING for command in commands(script.text))


def _programs(words: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Yield the command as it stands, then from each program that a wrapper may run."""
    yield words
    if words[0].rpartition("/")[2] not in WRAPPERS:
        return
    for position in range(1, min(len(words), 40)):
        if words[position] in _NO_PROGRAM:
            return
        if not words[position].startswith("-"):
            yield words[position:]


def _matches(index: Mapping[str, tuple[_Pattern, ...]], words: tuple[str, ...]) -> Iterator[_Pattern]:
    """Yield the patterns that fit ``words``; of one purpose the longest."""
    program = _VERSION.sub("", words[0].rpartition("/")[2])
    seen: set[Purpose] = set()
    for pattern in index.get(program, ()):
        if pattern.purpose in seen or any(_forbids(pattern.never, word) for word in words):
            continue
        if _follow(words, pattern.rest):
            seen.add(pattern.purpose)
            yield pattern


def _forbids(never: tuple[str, ...], word: str) -> bool:
    return any(_is(word, one) if one.startswith("~") else word.startswith(one) for one in never)


def _follow(words: tuple[str, ...], rest: tuple[str, ...]) -> bool:
    """Tell whether the words of a pattern follow the program in their order.

    Between them only options and their values may stand; an option of the pattern may stand anywhere.
    """
    strict = words[0].rpartition("/")[2] not in _MANY_TARGETS
    at = 1
    for wanted in rest:
        if wanted.startswith(("-", "~")):
            if not any(_is(word, wanted) for word in words[1:]):
                return False
            continue
        while at < len(words) and not _is(words[at], wanted):
            passed = words[at].startswith(("-", "+")) or words[at - 1].startswith("-") or words[at] in _PASSED
            if strict and not passed:
                return False
            at += 1
        if at == len(words):
            return False
        at += 1
    return True


def _is(word: str, wanted: str) -> bool:
    """Compare an argument with a pattern's word: options may carry a value, ``~`` asks for a part of the argument."""
    if wanted.startswith("~"):
        return wanted[1:] in word.lower()
    return (
        word == wanted
        or (wanted.startswith("-") and word.startswith(f"{wanted}="))
        or (wanted.endswith(":") and word.startswith(wanted))
    )
