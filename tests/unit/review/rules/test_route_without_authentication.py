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
