"""Hard delete: a route that removes rows is unmet, one that marks them is met."""

from pathlib import Path

from tests.reviewing import check_marks, check_silent
from trustwright.review.rules import hard_delete

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
    """In the handler, in a service behind it, as SQL; and rows that are only marked."""
    check_marks(
        hard_delete,
        tmp_path,
        {
            "orders.js": """\
exports.remove = async (id) => { await db.orders.destroy({ where: { id } }); };
exports.purge = async (id) => { await db.query('DELETE FROM sessions WHERE id = $1', [id]); };
exports.retire = async (id) => { await db.orders.update({ deletedAt: new Date() }, { where: { id } }); };
""",
            "app.js": APP
            + """\
const orders = require('./orders');
app.delete('/a/:id', admin, async (req, res) => { await db.users.destroy({ where: { id: 1 } }); }); // unmet
app.delete('/b/:id', admin, async (req, res) => { await orders.remove(req.params.id); res.end(); }); // unmet
app.delete('/c/:id', admin, async (req, res) => { await orders.retire(req.params.id); res.end(); }); // met
app.post('/d', admin, async (req, res) => { await orders.purge(1); res.end(); }); // unmet
app.delete('/f/:id/favorite', signedIn, async (req, res) => { await db.users.destroy({ where: {} }); }); // unmet low
app.delete('/e/:id', admin, elsewhere.remove); // unknown
""",
        },
    )


def test_python(tmp_path: Path) -> None:
    check_marks(
        hard_delete,
        tmp_path,
        {
            "app.py": """\
from flask import Flask
app = Flask(__name__)
@app.delete("/a/<int:key>") # unmet
def a(key):
    db.session.delete(Order.query.get(key))
    return ""
@app.delete("/b/<int:key>") # met
def b(key):
    order = Order.query.get(key)
    order.deleted_at = now()
    db.session.commit()
    return ""
"""
        },
    )


def test_what_deletes_no_record(tmp_path: Path) -> None:
    """A key of a map in memory, a header; a delete that no route reaches."""
    check_silent(
        hard_delete,
        tmp_path,
        {
            "app.js": APP
            + """\
const cache = new Map();
app.post('/refresh', signedIn, (req, res) => { cache.delete(req.body.key); res.end(); });
"""
        },
    )
