"""Sensitive action without audit: an event before and after is met, one of them is mild, none is severe."""

from pathlib import Path

from tests.reviewing import check_marks, check_silent, project_of
from trustwright.review.rules import sensitive_action_without_audit

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
    check_marks(
        sensitive_action_without_audit,
        tmp_path,
        {
            "app.js": APP
            + """\
app.delete('/a/:id', admin, async (req, res) => { await db.items.destroy({ where: { id: 1 } }); }); // unmet medium
app.delete('/users/:id', admin, async (req, res) => { await db.users.destroy({ where: { id: 1 } }); }); // unmet high
app.delete('/b/:id', admin, async (req, res) => { // met
  await audit.record('item.delete.begin', req.user);
  await db.items.destroy({ where: { id: 1 } });
  await audit.record('item.delete.end', req.user);
});
app.delete('/c/:id', admin, async (req, res) => { // met
  await db.items.destroy({ where: { id: 1 } });
  await audit.record('item.delete', req.user);
});
app.delete('/d/:id', admin, async (req, res) => { // unmet low
  await audit.record('item.delete', req.user);
  await db.items.destroy({ where: { id: 1 } });
});
app.get('/items/export', admin, async (req, res) => { res.send(csv(await db.items.findAll())); }); // unmet medium
app.post('/users/:id/role', admin, elsewhere.change); // unknown
"""
        },
    )


def test_a_helper_named_in_the_settings_counts(tmp_path: Path) -> None:
    check_marks(
        sensitive_action_without_audit,
        tmp_path,
        {
            "trustwright.toml": 'audit_helpers = ["ledger.note"]\n',
            "app.py": """\
from fastapi import FastAPI
app = FastAPI()
@app.delete("/users/{id}") # met
def a(id: int):
    ledger.note("begin")
    db.session.delete(User.get(id))
    ledger.note("end")
@app.delete("/accounts/{id}") # unmet high
def b(id: int):
    journal.note("begin")
    db.session.delete(Account.get(id))
""",
        },
    )


def test_what_is_not_sensitive(tmp_path: Path) -> None:
    check_silent(
        sensitive_action_without_audit,
        tmp_path,
        {"app.js": APP + "app.get('/labels', signedIn, (req, res) => res.json([]));\n"},
    )


def test_what_is_said_of_an_action(tmp_path: Path) -> None:
    """A balance is no payment, an account need not be a user's, and a mail to reset a password changes none yet."""
    text = """
import express from 'express'
const app = express()
app.post('/account-balance', async (req, res) => { await db.balance.create({ data: req.body }) })
app.post('/account', async (req, res) => { await db.account.create({ data: req.body }) })
app.post('/password-recovery/:mail', async (req, res) => { mail(await db.user.findFirst({ where: req.params })) })
app.post('/password', async (req, res) => { await db.user.update({ data: req.body }) })
app.post('/users', async (req, res) => {
  if (process.env.NODE_ENV === 'production') return res.status(404).end()
  await db.user.create({ data: req.body })
})
"""
    found = list(sensitive_action_without_audit.check(project_of(tmp_path, {"server.ts": text})))
    told = {item.detail.partition(" records")[0].removesuffix(" and").partition(" ")[2] for item in found}
    assert told >= {
        "/account-balance changes a balance",
        "/account changes an account",
        "/password-recovery/{mail} hands out a way in",
        "/password changes credentials",
    }
    assert [str(item.outcome) for item in found].count("unknown") == 1
