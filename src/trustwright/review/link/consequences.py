"""What a route does to the data: whether it changes state, deletes and how, is sensitive, and leaves an audit trail."""

import re
from dataclasses import replace
from typing import Final, NamedTuple

from trustwright.review.link.actions import Action, Actions
from trustwright.review.link.audit_trails import AuditTrails, Trail
from trustwright.review.link.weighing import signs_in
from trustwright.review.model import Audit, DeclaredRoute, Deletion, Location, Reach, Verdict
from trustwright.review.source.code import Code
from trustwright.review.source.facts import Function

_ACTS: Final = frozenset({"hard-delete", "soft-delete", "deactivate", "write"})
_SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS", "TRACE", "QUERY", "SUBSCRIPTION", "WEBSOCKET"})
_DELETING: Final = re.compile(
    r"(^|[^a-z])(delete|deletion|destroy|remove|erase|purge|wipe|clear|trash|discard|close_?account|unlink|revoke)",
    re.IGNORECASE,
)
EXPORTS: Final = "exports data"
DELETES: Final = "deletes data"
_SIGNS_IN: Final = "signs somebody in or out"
_ACCOUNT: Final = "changes a user account"
_WORD: Final = r"(?:^|[^A-Za-z]|(?<=[a-z])(?=[A-Z]))"
_SENSITIVE: Final = tuple(
    (what, re.compile(_WORD + f"(?:{'|'.join(words.split())})" + r"(?![a-z])", re.IGNORECASE))
    for what, words in (
        (EXPORTS, "export dump backup download[-_]?all bulk[-_]?download"),
        (
            _SIGNS_IN,
            r"(?:log|sign)[-_]?(?:in|out) authenticat(?:e|ion) oauth2? sso saml (?<=/)token(?=\s|$)",
        ),
        (
            "changes who may do what",
            (
                "roles? permissions? grants? privileges? members? acls? impersonat(?:e|ion) "
                "invit(?:e|es|ation|ations)(?![-_]?requests?)"
            ),
        ),
        (
            "changes credentials",
            "passwords? (?:api|ssh)[-_]?keys? tokens? secrets? credentials? mfa 2fa t?otp two[-_]?factor passkeys?",
        ),
        (
            "moves money",
            "payments? payouts? refunds? charges? withdraw(?:als?)? wallets? invoices? billing subscriptions? checkout",
        ),
        (
            "moves money",
            r"transactions? transfers (?:money|funds?|wire|bank|balance|wallet)[-_/]?transfer balance bank[-_]?account",
        ),
        (_ACCOUNT, r"users?(?![-_](?:im|ex)ports?) accounts? sign[-_]?up customers? employees? people"),
        ("is an administrative action", "admin settings config(?:uration)? feature[-_]?flags?"),
        ("approves, refunds or blocks", "approv(?:e|al) reject suspend ban deactivate block"),
    )
)
"""Why an auditor wants an action recorded, by words of its path and its handler's name; the first that fits counts."""
_ABOUT_ACCOUNT: Final = re.compile(
    r"^(?:users?|accounts?|customers?|employees?|people|me|name|bulk|profile|status|phone)$|sign.?up|e-?mail|passw|activat|"
    r"enable|disable|lock|verif|suspend|restore|merge|register|import|create-?admin|"
    r"(?:create|update|add|edit|remove|delete|invite|ban|change|save|new)_?\w*(?:user|account|customer|employee)",
    re.IGNORECASE,
)
_OWN_SEGMENT: Final = re.compile(
    r"(?:^|/)(?:profile|sessions?)$|^(?:/(?:api|v\d+|auth|users?|accounts?))*/register$", re.IGNORECASE
)
"""Words that mean an account only when nothing else stands beside them: ``/profile``, not ``/profile-data``."""
_TRIVIAL: Final = re.compile(
    r"avatar|image|picture|photo|feedback|survey|resend|portal|thumbnail|preview|search|query|validate|notification|preference|theme|locale|(?:^|/)read$",
    re.IGNORECASE,
)
_ONLY_READS: Final = re.compile(r"(?:get|fetch|list|check|find|load|read|search|is|has|can|count|resolve)(?=[A-Z_])")
_REDIRECTS: Final = re.compile(r"return\s+(?:await\s+)?[\w.]*redirect\w*\(", re.IGNORECASE)
_STATIC: Final = re.compile(r"thumbnail|image|avatar|icon|asset|static|logo|font", re.IGNORECASE)


OWN_MARKS: Final = re.compile(
    r"/(favou?rites?|likes?|stars?|bookmarks?|follow(s|ers|ing)?|votes?|reactions?|pins?|sessions?|drafts?|watch(ers)?|"
    r"subscriptions?/\{[^}]*\}|notifications?|log-?out)(/\{[^}]*\})?/?$",
    re.IGNORECASE,
)
"""What people set and take back themselves; nobody asks for it later."""


class Consequences(NamedTuple):
    """What a route does; ``sensitive`` says why an auditor wants it recorded, or is empty."""

    changes_state: bool
    deletion: Verdict[Deletion]
    sensitive: str
    audit: Verdict[Audit]
    reach: Reach
    reached: tuple[Location, ...]


class Effects:
    """Judges what routes do."""

    def __init__(self, actions: Actions, trails: AuditTrails) -> None:
        """Take the reader of actions, and what writes audit events for others."""
        self._actions = actions
        self._trails = trails

    def of(self, declared: DeclaredRoute, handler: tuple[Code, Function] | None) -> Consequences:
        """Judge a route by what its handler does; ``handler`` is ``None`` when it could not be found."""
        found = handler is not None or declared.ready_made
        seen = self._actions.of(*handler, unreached=declared.unreached) if handler is not None else ()
        actions = tuple(one for one in seen if one.kind not in {"read", "call"})
        reach = _reach(*handler, seen) if handler is not None else (Reach.UNSEEN, ())
        changes = declared.method not in _SAFE_METHODS or any(one.kind in _ACTS for one in actions)
        if "#" in declared.path and reach[0] is Reach.READS:
            changes = False  # GraphQL is always posted; a query only reads
        deletion = _deletion(declared, found, actions)
        sensitive = _sensitive(declared, changes, deletion.value, actions)
        if not sensitive and not any(one.kind == "audit" for one in actions):
            return Consequences(changes, deletion, "", Verdict(Audit.NOT_NEEDED), *reach)
        if not found:
            audit = _unsettled(declared, "the handler could not be found")
        else:
            # A handler without a visible change still changes something, unless it only lets people in.
            followed = any(one.kind in _ACTS for one in actions) or not changes or sensitive == _SIGNS_IN
            audit = self._audit(declared, handler, actions, sensitive, followed=followed)
        return Consequences(changes, deletion, sensitive, audit, *reach)

    def _audit(
        self,
        declared: DeclaredRoute,
        handler: tuple[Code, Function] | None,
        actions: tuple[Action, ...],
        sensitive: str,
        *,
        followed: bool,
    ) -> Verdict[Audit]:
        """Say which events are written around what a route does; ``followed`` when what it changes is known."""
        events = [index for index, one in enumerate(actions) if one.kind == "audit"]
        acts = [index for index, one in enumerate(actions) if one.kind in _ACTS]
        trails = self._trails.before(declared.guards)
        trails += self._trails.around(*handler, declared.method) if handler is not None else []
        models = {one.model for one in actions if one.kind in _ACTS} or ({""} if not followed else set())
        trails += [cover for trail in self._trails.on_models if (cover := _covering(trail, models)) is not None]
        sure = [trail for trail in trails if trail.sure]
        places = tuple(dict.fromkeys([*(actions[index].location for index in events), *(one.location for one in sure)]))
        if not places:
            if trails:
                return _unsettled(declared, f"{trails[0].what} at {trails[0].location} may record it, or leave it out")
            remote = next((one for one in actions if one.kind == "remote"), None)
            if remote is not None and not acts:
                return _unsettled(declared, f"it is handed on to another service at {remote.location}")
            done = tuple(actions[index].location for index in acts[:1])
            return Verdict(Audit.ABSENT, done or (declared.location,))
        if not acts and sensitive == EXPORTS:
            return Verdict(Audit.BEFORE, places)  # what it reads is sent when it returns
        early = any(one.early for one in sure) or (bool(acts) and any(index < acts[0] for index in events))
        late = any(not one.early for one in sure) or any(not acts or index > acts[0] for index in events)
        if early and late:
            return Verdict(Audit.BEFORE_AND_AFTER, places)
        return Verdict(Audit.BEFORE if early else Audit.AFTER, places)


def _reach(code: Code, function: Function, seen: tuple[Action, ...]) -> tuple[Reach, tuple[Location, ...]]:
    """Say how far what a handler does goes, and where."""
    if signs_in(code, function):
        return Reach.SIGNS_IN, ()
    for reach, kinds in ((Reach.CHANGES, _ACTS), (Reach.READS, {"read"})):
        places = tuple(dict.fromkeys(one.location for one in seen if one.kind in kinds))
        if places:
            return (Reach.NOTHING, ()) if reach is Reach.READS and _only_redirects(code, function) else (reach, places)
    return (Reach.UNSEEN if any(one.kind in {"call", "remote"} for one in seen) else Reach.NOTHING), ()


def _only_redirects(code: Code, function: Function) -> bool:
    """Tell whether whatever a handler finds, it only sends the caller elsewhere."""
    leaves = code.within(code.facts.returns, function.body_start, function.body_end)
    return bool(leaves) and all(_REDIRECTS.match(code.source(item.start, item.end)) for item in leaves)


def _unsettled(declared: DeclaredRoute, reason: str) -> Verdict[Audit]:
    return Verdict(Audit.UNKNOWN, (declared.location,), reason)


def _covering(trail: Trail, models: set[str]) -> Trail | None:
    """Return a trail on models as it covers what a route changes; an empty name is a model that is not known."""
    if not models:
        return None
    if trail.models is None:
        return trail if models - {""} else replace(trail, sure=False)
    if trail.models & models:
        return trail
    return replace(trail, sure=False) if "" in models else None


def _name(declared: DeclaredRoute) -> str:
    """Return the words that say what a route is for: its path without parameters, its handler's own name.

    What a page calls by itself has a file for a path, which says nothing.
    """
    path = "" if declared.method == "ACTION" else re.sub(r"\{[^}]*\}", "", declared.path)
    handler = declared.handler_name.rpartition(".")[2]
    return path if path and _ONLY_READS.match(handler) else f"{path} {handler}"


def _deletion(declared: DeclaredRoute, found: bool, actions: tuple[Action, ...]) -> Verdict[Deletion]:
    """Say how a route deletes; marking as inactive is a soft delete where deleting is what the route is for."""
    meant = declared.method == "DELETE" or _DELETING.search(_name(declared)) is not None
    kinds = [("hard-delete", Deletion.HARD), ("soft-delete", Deletion.SOFT)]
    if declared.method == "DELETE":
        kinds.append(("deactivate", Deletion.SOFT))
    for kind, value in kinds:
        places = tuple(dict.fromkeys(one.location for one in actions if one.kind == kind))
        if places:
            return Verdict(value, places)
    remote = next((one.location for one in actions if one.kind == "remote"), None)
    if declared.method == "DELETE" or (meant and declared.method not in _SAFE_METHODS and not actions):
        reason = "what the handler deletes could not be followed" if found else "the handler could not be found"
        reason = f"it is handed on to another service at {remote}" if remote is not None else reason
        return Verdict(Deletion.UNKNOWN, (declared.location,), reason)
    return Verdict(Deletion.NONE)


def _sensitive(declared: DeclaredRoute, changes: bool, deletion: Deletion, actions: tuple[Action, ...]) -> str:
    """Say why a route's action is sensitive; empty when it is not."""
    name = _name(declared)
    writes = any(one.kind == "write" for one in actions)
    if (declared.method == "DELETE" and not (writes and deletion is Deletion.UNKNOWN)) or (
        deletion in {Deletion.HARD, Deletion.SOFT} and (not writes or _DELETING.search(name) is not None)
    ):
        return DELETES
    handler = declared.handler_name.rpartition(".")[2]
    if declared.method == "ACTION" and _ONLY_READS.match(handler):
        return ""
    if declared.method in _SAFE_METHODS or not changes:
        return EXPORTS if _SENSITIVE[0][1].search(name) and not _STATIC.search(name) else ""
    if _TRIVIAL.search(name):
        return ""
    path = re.sub(r"\{[^}]*\}", "", declared.path).rstrip("/")
    if _OWN_SEGMENT.search(path):
        return _SIGNS_IN if "session" in path.lower() else _ACCOUNT
    why = next((why for why, pattern in _SENSITIVE if pattern.search(name)), "")
    last = path.rpartition("/")[2].lower()
    if why == _ACCOUNT and re.search(r"/\{[^}]*\}/?\{[^/]*$|/\{[^/]*/\{[^/]*$", declared.path):
        return ""  # something of a user's, named by a second parameter
    if why == _ACCOUNT and not (_ABOUT_ACCOUNT.search(last) or _ABOUT_ACCOUNT.search(handler)):
        return ""  # what hangs below a user's name, and is not the account: /users/{id}/favorites
    return why or (DELETES if declared.method == "DELETE" else "")
