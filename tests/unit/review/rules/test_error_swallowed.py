"""Error swallowed: dropped and printed errors are unmet; handled, expected and explained ones are met."""

from pathlib import Path

from tests.reviewing import check_marks, check_silent
from trustwright.review.rules import error_swallowed


def test_javascript(tmp_path: Path) -> None:
    """Caught in a try, or by a promise."""
    check_marks(
        error_swallowed,
        tmp_path,
        {
            "orders.ts": """
export async function pay(data) {
  try { return await paymentGateway.charge(data) }
  catch (e) { console.log(e) } // unmet high
}
export async function load(id) {
  try { return await repository.find(id) }
  catch (e) {} // unmet medium
}
export async function name(id) {
  try { return await repository.find(id) }
  catch (e) { console.error('failed', String(e)) } // unmet low
}
export async function good(id) {
  try { return await repository.find(id) }
  catch (e) { logger.error('not loaded', { code: e.code }); throw e } // met
}
export async function explained(id) {
  try { await cache.warm(id) }
  catch { /* the next request warms it again */ } // met
}
export function parse(text) {
  try { return JSON.parse(text) }
  catch {} // met
}
send().catch(() => {}) // unmet medium
send().catch((e) => report(e)) // met
""",
        },
    )


def test_python(tmp_path: Path) -> None:
    """Broad and narrow exceptions."""
    check_marks(
        error_swallowed,
        tmp_path,
        {
            "worker.py": """
def a():
    try:
        run()
    except Exception as e:  # unmet low
        print(e)
def b():
    try:
        run()
    except:  # unmet medium
        pass
def c():
    try:
        run()
    except KeyError:  # met
        pass
def d():
    try:
        run()
    except Exception:  # met
        logger.exception("run failed")
        raise
""",
        },
    )


def test_scripts_may_print(tmp_path: Path) -> None:
    """A person reads what a script prints."""
    text = "try:\n    run()\nexcept Exception as e:\n    print(e)\n"
    check_silent(error_swallowed, tmp_path, {"scripts/load.py": text})


def test_clean_up_that_may_fail(tmp_path: Path) -> None:
    """Closing what is thrown away; nobody needs to hear of it."""
    text = "await zip.close().catch(() => {})\nawait save(order).catch(() => {}) // unmet\n"
    check_marks(error_swallowed, tmp_path, {"server/a.js": text})
