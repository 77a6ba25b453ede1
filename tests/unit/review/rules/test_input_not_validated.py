"""Input not validated: a body that is acted on unchecked is unmet; schemas and types are met."""

from pathlib import Path

from tests.reviewing import check_marks
from trustwright.review.rules import input_not_validated


def test_javascript(tmp_path: Path) -> None:
    """Handlers with and without a schema; a route without a body is no member."""
    text = """
import express from 'express'
import { z } from 'zod'
const app = express()
const Order = z.object({ id: z.string() })
app.post('/a', async (req, res) => { await db.order.create({ data: req.body }) }) // unmet
app.post('/b', async (req, res) => { await db.order.create({ data: Order.parse(req.body) }) }) // met
app.post('/c', async (req, res) => { await queue.run() })
app.get('/d', async (req, res) => { res.json(await db.order.findMany()) })
"""
    check_marks(input_not_validated, tmp_path, {"server.ts": text})


def test_python(tmp_path: Path) -> None:
    """A typed body, and one taken as it comes."""
    text = """
from fastapi import FastAPI, Request
from pydantic import BaseModel
app = FastAPI()
class Order(BaseModel):
    id: str
@app.post("/a")  # met
async def a(order: Order):
    session.add(order)
@app.post("/b")  # unmet
async def b(request: Request):
    session.add(Row(**await request.json()))
"""
    check_marks(input_not_validated, tmp_path, {"main.py": text})


def test_what_is_looked_at_by_hand_or_handed_on(tmp_path: Path) -> None:
    """Parts that the handler checks itself, a registry that takes the body, a button that was pressed."""
    text = """\
from flask import Flask, abort, request
app = Flask(__name__)
@app.post("/a")  # unknown
def a():
    form = request.json
    if not isinstance(form.get("names"), list):
        abort(400)
    db.session.add(Thing(**form))
@app.post("/b")  # unknown
def b():
    registry.dispatch(request.json, payload=1)
@app.post("/c")
def c():
    if request.form.get("rotate"):
        rotate()
@app.post("/d")  # unmet
def d():
    db.session.add(Thing(**request.json))
"""
    check_marks(input_not_validated, tmp_path, {"app.py": text})
