"""Ownership: what limits a route to the caller's own, and what is reason to doubt that nothing does."""

from pathlib import Path

from tests.reviewing import routes_of

APP = """\
const express = require('express');
const app = express();
app.use((req, res, next) => { if (!req.session.user) return res.status(401).end(); next(); });
function mayTouch(req) { return db.member.count({ user: req.user.id }); }
const drop = async (req) => db.note.deleteMany({ where: { id: req.params.id, userId: req.user.id } });
app.delete('/a/:id', (req, res) => { db.note.delete({ where: { id: req.params.id } }); });
app.delete('/b/:id', (req, res) => { db.note.delete({ where: { id: req.params.id, userId: req.user.id } }); });
app.delete('/c/:id', (req, res) => { requireRoleOf(req); db.note.delete({ where: { id: req.params.id } }); });
app.delete('/d/:id', async (req, res) => { await drop(req); res.end(); });
app.post('/leave', (req, res) => { db.user.delete({ where: { email: req.user.email } }); res.end(); });
app.post('/expel', (req, res) => { log(req.user); db.user.delete({ where: { id: req.body.id } }); res.end(); });
"""


def test_what_limits_and_what_may(tmp_path: Path) -> None:
    """A query for the caller's records limits; a call that may ask, or a query further down, leaves it open."""
    routes = routes_of(tmp_path, {"app.js": APP})
    assert {name: str(route.authorization.value) for name, route in routes.items()} == {
        "DELETE /a/{id}": "absent",
        "DELETE /b/{id}": "enforced",
        "DELETE /c/{id}": "unknown",
        "DELETE /d/{id}": "unknown",
        "POST /leave": "enforced",
        "POST /expel": "absent",
    }
