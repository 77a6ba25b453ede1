"""Internal error exposed: traces, errors and messages in responses are unmet, generic answers met."""

from pathlib import Path

from tests.reviewing import check_marks, check_silent
from trustwright.review.rules import internal_error_exposed


def test_javascript(tmp_path: Path) -> None:
    """Catch clauses and Express error handlers."""
    check_marks(
        internal_error_exposed,
        tmp_path,
        {
            "server.ts": """
async function a(req, res) {
  try { await run() } catch (err) {
    res.status(500).json({ error: err.stack }) // unmet high
  }
}
async function b(req, res) {
  try { await run() } catch (err) {
    res.status(500).send(err) // unmet medium
  }
}
async function c(req, res) {
  try { await run() } catch (err) {
    res.status(500).json({ error: err.message }) // unmet low
  }
}
async function d(req, res) {
  try { await run() } catch (err) {
    logger.error(err)
    res.status(500).json({ error: 'internal error', id: req.id }) // met
  }
}
async function e(req, res) {
  try { await run() } catch (err) {
    res.status(500).json({ error: err instanceof Known ? 'known' : 'internal error' }) // met
  }
}
app.use((err, req, res, next) => {
  if (err instanceof HttpError) res.status(err.status).json({ error: err.message }) // met
})
app.use((err, req, res, next) => {
  res.status(500).json({ error: err }) // unmet medium
})
""",
        },
    )


def test_python(tmp_path: Path) -> None:
    """FastAPI, Flask and Django answers."""
    check_marks(
        internal_error_exposed,
        tmp_path,
        {
            "views.py": """
import traceback
def a():
    try:
        run()
    except Exception as e:
        raise HTTPException(status_code=500, detail=str(e))  # unmet low
def b():
    try:
        run()
    except Exception:
        return jsonify(error=traceback.format_exc())  # unmet high
def c():
    try:
        run()
    except Exception:
        return jsonify(error="internal error"), 500  # met
""",
        },
    )


def test_browser_code_sends_nothing(tmp_path: Path) -> None:
    """A component that shows an error to its own user is no response."""
    text = "'use client'\nexport function C() { try { f() } catch (e) { res.json(e) } }\n"
    check_silent(internal_error_exposed, tmp_path, {"c.tsx": text})
