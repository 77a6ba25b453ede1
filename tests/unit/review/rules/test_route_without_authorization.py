"""Route without authorization: signed-in callers who may do anything to anybody are unmet."""

from pathlib import Path

from tests.reviewing import check_marks, check_silent
from trustwright.review.rules import route_without_authorization

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
    """Roles, ownership and neither, on administrative, deleting and per-record routes."""
    check_marks(
        route_without_authorization,
        tmp_path,
        {
            "app.js": APP
            + """\
app.post('/admin/reindex', signedIn, (req, res) => res.end()); // unmet high
app.post('/admin/flush', admin, (req, res) => res.end()); // met
app.get('/orders/:id', signedIn, (req, res) => res.json(db.orders.find(req.params.id))); // unmet medium
app.get('/invoices/:id', signedIn, (req, res) => // met
  res.json(db.invoices.find({ where: { id: req.params.id, userId: req.user.id } })));
app.delete('/labels/:id', signedIn, (req, res) => { db.label.destroy({ where: { id: 1 } }); res.end(); }); // unmet high
app.delete('/notes/:id', signedIn, require('./elsewhere').mayDelete, (req, res) => { // unknown
  db.note.destroy({ where: { id: req.params.id } });
});
"""
        },
    )


def test_fastapi(tmp_path: Path) -> None:
    check_marks(
        route_without_authorization,
        tmp_path,
        {
            "main.py": """\
from fastapi import Depends, FastAPI, HTTPException, Request
app = FastAPI()
def caller(request: Request):
    user = find(request.headers.get("authorization"))
    if user is None:
        raise HTTPException(status_code=401)
    return user
def administrator(user=Depends(caller)):
    if user.role != "admin":
        raise HTTPException(status_code=403)
    return user
@app.get("/admin/report") # unmet medium
def a(user=Depends(caller)):
    return []
@app.get("/admin/users") # met
def b(user=Depends(administrator)):
    return []
@app.put("/documents/{id}") # unmet high
def c(id: int, user=Depends(caller)):
    db.update(id)
"""
        },
    )


def test_what_every_signed_in_person_may_do(tmp_path: Path) -> None:
    """One's own account, lists without a named record; and what anybody may call is another rule's finding."""
    check_silent(
        route_without_authorization,
        tmp_path,
        {
            "app.js": APP
            + """\
app.get('/profile', signedIn, (req, res) => res.json(1));
app.get('/labels', signedIn, (req, res) => res.json([]));
app.delete('/orders/:id', (req, res) => { db.orders.destroy({ where: { id: 1 } }); res.end(); });
"""
        },
    )


def test_what_everybody_may_do(tmp_path: Path) -> None:
    """To report or follow somebody is no right over them; the caller handed on may be asked for."""
    text = """\
const express = require('express');
const app = express();
app.use((req, res, next) => { if (!req.session.user) return res.status(401).end(); next(); });
app.post('/report/:userId', async (req, res) => { await db.report.create({ data: req.body }); res.end(); });
app.delete('/users/:key/notes', async (req, res) => { await notes.drop(req.params.key, req.user); }); // unknown
"""
    check_marks(route_without_authorization, tmp_path, {"app.js": text})
