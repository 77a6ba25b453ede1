"""Route without authentication: what answers anonymous callers is unmet, what rejects them or is declared is met."""

from pathlib import Path

from tests.reviewing import check_marks, check_silent, project_of
from trustwright.review.model import Severity
from trustwright.review.rules import route_without_authentication
from trustwright.review.settings import parse

APP = """\
const express = require('express');
const app = express();
function signedIn(req, res, next) {
  if (!req.session.user) return res.status(401).end();
  next();
}
function admin(req, res, next) {
  if (!req.session.user || req.session.user.role !== 'admin') return res.status(403).end();
  next();
}
"""


def test_express(tmp_path: Path) -> None:
    """A guard must reject; its name alone says nothing; a change is worse than a look."""
    check_marks(
        route_without_authentication,
        tmp_path,
        {
            "app.js": APP
            + """\
const authenticate = (req, res, next) => { log(req); next(); };
app.get('/a', signedIn, (req, res) => res.json([])); // met
app.get('/b', authenticate, (req, res) => res.json([])); // unmet low
app.get('/orders', async (req, res) => { res.json(await db.order.findMany()); }); // unmet high
app.get('/news', async (req, res) => { res.json(await db.news.findMany()); }); // unmet medium
app.get("/hidden", async (req, res) => { res.json(await db.news.findMany(of(req.user))); }); // unknown
app.delete('/f/:id', (req, res) => { engine.drop(req.params.id); res.end(); }); // unmet high
app.post('/ask', (req, res) => { res.json(engine.answer(req.body)); }); // unmet medium
app.post('/c', (req, res) => { db.items.create(req.body); res.end(); }); // unmet critical
app.put('/d', require('./elsewhere').protect, (req, res) => res.end()); // unknown
app.get('/e', (req, res) => { if (!req.session.user) return res.status(401).end(); res.json([]); }); // met
"""
        },
    )


def test_fastapi(tmp_path: Path) -> None:
    """Dependencies at the route and at the router above it."""
    check_marks(
        route_without_authentication,
        tmp_path,
        {
            "main.py": """\
from fastapi import APIRouter, Depends, FastAPI, HTTPException, Request
app = FastAPI()
def caller(request: Request):
    user = find(request.headers.get("authorization"))
    if user is None:
        raise HTTPException(status_code=401)
    return user
inner = APIRouter(dependencies=[Depends(caller)])
@app.get("/a") # unmet low
def a():
    return []
@app.delete("/b") # unmet critical
def b():
    db.delete(1)
@app.get("/c") # met
def c(user=Depends(caller)):
    return []
@inner.post("/d") # met
def d():
    return []
app.include_router(inner)
"""
        },
    )


def test_what_is_declared_public_is_met_until_its_date(tmp_path: Path) -> None:
    entry = '[[public_routes]]\npattern = "GET /health"\nreason = "r"\nowner = "o"\nexpires = 2020-01-01\n'
    files = {"app.js": APP + "app.get('/health', (req, res) => res.json(1));\n"}
    project = project_of(tmp_path, {**files, "trustwright.toml": entry.replace("2020", "2999")})
    assert [str(item.outcome) for item in route_without_authentication.check(project)] == ["met"]
    late = parse(entry.encode())
    assert late.public_route("GET", "/health") is not None
    project = project_of(tmp_path, files)
    (item,) = route_without_authentication.check(project)
    assert (str(item.outcome), item.severity or route_without_authentication.RULE.severity) == ("unmet", Severity.LOW)


def test_what_is_no_route(tmp_path: Path) -> None:
    """A client's call, a router that nobody mounts, a route of a test."""
    check_silent(
        route_without_authentication,
        tmp_path,
        {
            "client.js": "const axios = require('axios');\naxios.get('/orders');\n",
            "lost.js": "const router = require('express').Router();\nrouter.get('/x', (req, res) => res.end());\n",
            "tests/app.test.js": APP + "app.post('/x', (req, res) => res.end());\n",
        },
    )


def test_ways_in_are_no_surprise(tmp_path: Path) -> None:
    """Signing in cannot ask who is there; what sets up an application may close behind itself."""
    check_marks(
        route_without_authentication,
        tmp_path,
        {
            "app.js": APP
            + """\
app.post('/login', (req, res) => { db.session.create({ data: find(req.body) }); res.end(); }); // unmet low
app.post('/enter', (req, res) => { req.session.user_id = find(req.body); res.end(); }); // unmet low
app.post('/open', (req, res) => { if (req.body.otp === sent) db.visit.create({ data: {} }); }); // unknown
app.post('/setup', (req, res) => { db.user.create(req.body); res.end(); }); // unknown
app.post("/users/:id/reset-password", (req, res) => { db.user.update(req.body); }); // unmet critical
app.get('/healthz', async (req, res) => { res.json(await db.user.count()); }); // unmet low
"""
        },
    )


def test_a_form_that_one_view_shows_and_takes(tmp_path: Path) -> None:
    """What runs for POST only is no deed of GET; Flask's session is a cookie, and no stored data."""
    check_marks(
        route_without_authentication,
        tmp_path,
        {
            "app.py": """\
from flask import Flask, redirect, render_template, request, session
app = Flask(__name__)
@app.route("/wish", methods=["GET"]) # unmet low
def wish():
    session.update(seen=True)
    return render_template("wish.html")
@app.route("/order", methods=["GET", "POST"]) # unmet
def order():
    if request.method == "POST":
        db.session.add(Order())
    return render_template("order.html")
"""
        },
    )


def test_what_settles_nothing_is_unknown(tmp_path: Path) -> None:
    """A token in the path, a secret compared, a handler that leaves in production, who is looked up by a cookie."""
    check_marks(
        route_without_authentication,
        tmp_path,
        {
            "app.js": APP
            + """\
app.post('/nda/:token/sign', (req, res) => { sign(req.params.token); db.nda.create(req.body); res.end(); }); // unknown
app.get('/nda/:shareToken', async (req, res) => { res.json(await db.nda.findMany()); }); // unknown
app.post('/unsubscribe', (req, res) => { // unknown
  if (!crypto.timingSafeEqual(make(req.query.email), req.query.token)) return res.status(400).end();
  db.user.update({ where: { email: req.query.email }, data: { news: false } }); res.end();
});
app.post('/grant', (req, res) => { // unknown
  if (process.env.NODE_ENV === 'production') return res.status(404).end();
  db.org.update({ where: { id: req.body.id }, data: req.body }); res.end();
});
app.post('/grant-too', (req, res) => { // unmet critical
  if (process.env.GRANTS !== 'true') return res.status(404).end();
  db.org.update({ where: { id: req.body.id }, data: req.body }); res.end();
});
app.post('/erase', (req, res, next) => { // unknown
  const found = people.get(req.cookies.token);
  if (!found) { next(new Error('no')); return; }
  db.requests.create({ data: { who: found.id } }); res.end();
});
"""
        },
    )


def test_what_a_look_leaves_behind(tmp_path: Path) -> None:
    """A route that only shows something notes that it did; one that names a record, or is meant to act, is worse."""
    check_marks(
        route_without_authentication,
        tmp_path,
        {
            "notes.js": "exports.solved = async () => { await db.challenge.update({ data: { solved: true } }); };\n",
            "app.js": APP
            + """\
const notes = require('./notes');
app.get('/egg', async (req, res) => { await notes.solved(); res.sendFile('egg.html'); }); // unmet medium
app.get('/orders', async (req, res) => { await notes.solved(); res.end(); }); // unmet high
app.get('/things/:id/on', async (req, res) => { // unmet critical
  await db.thing.update({ where: { id: req.params.id }, data: { on: true } }); res.end(); });
app.get('/clear', async (req, res) => { await db.thing.deleteMany({}); res.end(); }); // unmet critical
app.options('/orders', (req, res) => { res.status(204).end(); });
app.get('/orders/growth', async (req, res) => { // unmet medium
  res.json(await db.order.groupBy({ by: ['month'], orderBy: count('id') })); });
""",
        },
    )


def test_a_document_is_no_stored_data(tmp_path: Path) -> None:
    """Making a PDF creates and saves it, and changes nothing that is kept."""
    check_marks(
        route_without_authentication,
        tmp_path,
        {
            "app.js": APP
            + """\
import { PDFDocument } from 'pdf-lib';
app.post('/preview', async (req, res) => { // unmet medium
  const made = await PDFDocument.create();
  res.send(await made.save());
});
"""
        },
    )


def test_a_handler_whose_own_name_says_that_it_signs_up(tmp_path: Path) -> None:
    """``POST /users`` is where people sign up, when its handler says so; names of guards still say nothing."""
    check_marks(
        route_without_authentication,
        tmp_path,
        {
            "app.js": APP
            + """\
async function signupUser(req, res) { await db.user.create({ data: req.body }); res.end(); }
async function addUser(req, res) { await db.user.create({ data: req.body }); res.end(); }
app.post('/user', signupUser); // unmet low
app.post('/people', addUser); // unmet critical
app.post('/tokens/provision', addUser); // unmet low
app.post('/resetpw', addUser); // unmet low
"""
        },
    )


def test_routes_that_are_mounted_for_development(tmp_path: Path) -> None:
    """A router that is included outside production only may never answer anybody there."""
    check_marks(
        route_without_authentication,
        tmp_path,
        {
            "main.py": """\
from fastapi import APIRouter, FastAPI
app = FastAPI()
private = APIRouter()
@private.post("/people") # unknown
def add():
    db.session.add(User())
if settings.FASTAPI_ENV == "development":
    app.include_router(private)
"""
        },
    )


def test_notes_that_many_routes_make(tmp_path: Path) -> None:
    """A place that several routes write which only show something holds notes, whoever else writes it."""
    check_marks(
        route_without_authentication,
        tmp_path,
        {
            "notes.js": "exports.seen = async (key) => { await db.visit.update({ data: { key } }); };\n",
            "app.js": APP
            + """\
const notes = require('./notes');
app.get('/a', async (req, res) => { await notes.seen('a'); res.end(); }); // unmet medium
app.get('/b', async (req, res) => { await notes.seen('b'); res.end(); }); // unmet medium
app.get('/c', async (req, res) => { await notes.seen('c'); res.end(); }); // unmet medium
app.post('/d', async (req, res) => { await notes.seen('d'); res.end(); }); // unmet medium
app.post('/e', async (req, res) => { await notes.seen('e'); await db.item.create(req.body); }); // unmet critical
""",
        },
    )


def test_a_library_that_is_called_where_it_is_required(tmp_path: Path) -> None:
    """What ``require`` brings in may guard; the word itself says nothing."""
    check_marks(
        route_without_authentication,
        tmp_path,
        {
            "a/app.js": APP
            + """\
app.use(require('express-flash')());
app.post('/c', (req, res) => { db.items.create(req.body); res.end(); }); // unmet critical
""",
            "b/app.js": APP
            + """\
app.use(require('some-auth-guard')());
app.post('/c', (req, res) => { db.items.create(req.body); res.end(); }); // unknown
""",
        },
    )
