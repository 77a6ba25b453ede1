"""What routes do: how they delete, why they are sensitive, and which audit events surround them."""

from pathlib import Path

import pytest

from tests.reviewing import routes_of
from trustwright.review.model import Audit, Deletion, Route

EXPRESS = "const express = require('express');\nconst app = express();\n"
FASTAPI = "from fastapi import FastAPI\napp = FastAPI()\n"


def only(folder: Path, files: dict[str, str]) -> Route:
    (route,) = routes_of(folder, files).values()
    return route


def javascript(folder: Path, body: str, before: str = "", method: str = "delete") -> Route:
    route = f"app.{method}('/items/:id', async (req, res) => {{ {body} }});\n"
    return only(folder, {"app.js": EXPRESS + before + route})


def python(folder: Path, body: str, before: str = "", method: str = "delete") -> Route:
    lines = "".join(f"    {line}\n" for line in body.split("; "))
    return only(folder, {"app.py": FASTAPI + before + f"@app.{method}('/items/{{key}}')\ndef act(key: int):\n{lines}"})


@pytest.mark.parametrize(
    ("body", "deletion"),
    [
        ("await prisma.item.delete({ where: { id } })", "hard"),
        ("await this.prisma.item.deleteMany({ where: { id } })", "hard"),
        ("await db.item.update({ where: { id }, data: { deletedAt: new Date() } })", "soft"),
        ("await db.item.update({ where: { deletedAt: null }, data: { name } })", "unknown"),
        ("await db.item.update({ where: { id }, data: { deletedAt: null } })", "unknown"),
        ("await ItemModel.destroy({ where: { id } })", "hard"),
        ("await item.destroy()", "hard"),
        ("await Item.deleteOne({ _id: id })", "hard"),
        ("await Item.findByIdAndUpdate(id, { $set: { isDeleted: true } })", "soft"),
        ("item.deletedAt = new Date(); await item.save()", "soft"),
        ("await itemRepository.delete(id)", "hard"),
        ("await itemRepository.softDelete(id)", "soft"),
        ("await itemRepository.createQueryBuilder().delete().where('id = :id', { id }).execute()", "hard"),
        ("await knex('items').where({ id }).del()", "hard"),
        ("await knex('items').where({ id }).update({ deleted_at: knex.fn.now() })", "soft"),
        ("await db.delete(items).where(eq(items.id, id))", "hard"),
        ("await supabase.from('items').delete().eq('id', id)", "hard"),
        ("await pool.query('DELETE FROM items WHERE id = $1', [id])", "hard"),
        ("await prisma.$executeRaw`DELETE FROM items WHERE id = ${id}`", "hard"),
        ("await pool.query('UPDATE items SET deleted_at = now() WHERE id = $1', [id])", "soft"),
        ("await Item.update({ active: false }, { where: { id } })", "soft"),
        # What deletes no record leaves the question open.
        ("cache.delete(id)", "unknown"),
        ("await axios.delete(`/items/${id}`)", "unknown"),
        ("await api.delete('/items/' + id)", "unknown"),
        ("await s3Client.delete(id)", "unknown"),
        ("req.session.destroy()", "unknown"),
        ("stream.destroy(err)", "unknown"),
        ("await elsewhere.delete(id)", "unknown"),
        ("const seen = new Set(); seen.delete(id)", "unknown"),
        ("archiver('zip').archive(id)", "unknown"),
    ],
)
def test_how_javascript_deletes(tmp_path: Path, body: str, deletion: str) -> None:
    assert str(javascript(tmp_path, body).deletion.value) == deletion


@pytest.mark.parametrize(
    ("body", "deletion"),
    [
        ("session.delete(item)", "hard"),
        ("db.session.query(Item).filter_by(id=key).delete()", "hard"),
        ("session.execute(delete(Item).where(Item.id == key))", "hard"),
        ("Item.objects.filter(pk=key).delete()", "hard"),
        ("item = get_item(key); item.delete()", "hard"),
        ("item.deleted_at = now(); session.commit()", "soft"),
        ("item.is_active = False; item.save()", "soft"),
        ("Item.objects.filter(pk=key).update(is_deleted=True)", "soft"),
        ("await collection.delete_one({'_id': key})", "hard"),
        ("cursor.execute('DELETE FROM items WHERE id = %s', [key])", "hard"),
        ("cursor.execute('UPDATE items SET is_deleted = true WHERE id = %s', [key])", "soft"),
        ("cache.delete(key)", "unknown"),
        ("requests.delete(f'https://erp/items/{key}')", "unknown"),
        ("seen.discard(key)", "unknown"),
        ("queue.delete_message(key)", "unknown"),
        ("redis_client.delete(key)", "unknown"),
    ],
)
def test_how_python_deletes(tmp_path: Path, body: str, deletion: str) -> None:
    before = "from sqlalchemy import delete\n"
    assert str(python(tmp_path, body, before).deletion.value) == deletion


def test_a_paranoid_model_keeps_what_is_deleted(tmp_path: Path) -> None:
    models = (
        "const { Model } = require('sequelize');\nclass Item extends Model {}\n"
        "Item.init({ name: 'x' }, { sequelize, paranoid: true });\nmodule.exports = { Item };\n"
    )
    uses = "const { Item } = require('./models');\n"
    text = "app.delete('/items/:id', async (req, res) => {{ await Item.destroy({}); }});\n"
    kept = only(tmp_path / "1", {"models.js": models, "app.js": EXPRESS + uses + text.format("{ where: { id: 1 } }")})
    forced = only(
        tmp_path / "2",
        {"models.js": models, "app.js": EXPRESS + uses + text.format("{ where: { id: 1 }, force: true }")},
    )
    assert kept.deletion.value is Deletion.SOFT
    assert forced.deletion.value is Deletion.HARD


def test_a_model_with_a_soft_base_or_its_own_delete(tmp_path: Path) -> None:
    models = (
        "from safedelete.models import SafeDeleteModel\nfrom django.db import models\n"
        "class Item(SafeDeleteModel):\n    pass\n"
        "class Note(models.Model):\n    def delete(self):\n        self.deleted_at = now()\n        self.save()\n"
    )
    text = FASTAPI + "from models import Item, Note\n@app.delete('/x')\ndef f(item: {0}):\n    item.delete()\n"
    for number, name in enumerate(("Item", "Note")):
        route = only(tmp_path / str(number), {"models.py": models, "app.py": text.format(name)})
        assert route.deletion.value is Deletion.SOFT, name


@pytest.mark.parametrize(
    ("path", "sensitive"),
    [
        ("/users/:id/role", "changes who may do what"),
        ("/invitations", "changes who may do what"),
        ("/password", "changes credentials"),
        ("/api-keys", "changes credentials"),
        ("/auth/login", "signs somebody in or out"),
        ("/orders/:id/refund", "moves money"),
        ("/users", "changes a user account"),
        ("/settings/mail", "is an administrative action"),
        ("/returns/:id/approve", "approves, refunds or blocks"),
        ("/profile", "changes a user account"),
        ("/auth/token", "signs somebody in or out"),
        ("/users/export", "exports data"),
        ("/labels", ""),
        ("/asset-profiles", ""),
        ("/devices/register", ""),
        ("/shared/:token/sign", ""),
        ("/people/me/email-preferences", ""),
        ("/profile/image", ""),
        ("/users/search", ""),
        ("/tokenizer", ""),
        ("/memberships-of-words", ""),
        ("/money-transfers", "moves money"),
        ("/websites/:id/transfer", ""),
        ("/users/:id/favorites", ""),
        ("/users/:id/email", "changes a user account"),
        ("/cron/welcome-user", ""),
        ("/invite-requests", ""),
        ("/user/:name/:shelf", ""),
        ("/settings/user-exports/enable", "is an administrative action"),
    ],
)
def test_why_a_route_is_sensitive(tmp_path: Path, path: str, sensitive: str) -> None:
    text = EXPRESS + f"app.post('{path}', async (req, res) => {{ await db.things.create(req.body); }});\n"
    assert only(tmp_path, {"app.js": text}).sensitive == sensitive


def test_what_goes_on_the_way_to_something_else_is_no_deletion(tmp_path: Path) -> None:
    body = "await db.line.deleteMany({ where: { id } }); await db.order.update({ where: { id }, data })"
    route = javascript(tmp_path, body, method="put")
    assert route.deletion.value is Deletion.HARD
    assert route.sensitive == ""


@pytest.mark.parametrize(
    ("body", "audit"),
    [
        (
            "await auditLog.create(e); await db.item.delete({ where: { id } }); await auditLog.create(e)",
            "before-and-after",
        ),
        ("await db.item.delete({ where: { id } }); await this.audit.record(e)", "after"),
        ("await auditLog.create(e); await db.item.delete({ where: { id } })", "before"),
        ("await db.item.delete({ where: { id } }); events.emit('audit.item.deleted', e)", "after"),
        ("await db.item.delete({ where: { id } }); logger.info('deleted')", "absent"),
        ("await db.auditLog.findMany(); await db.item.delete({ where: { id } })", "absent"),
        ("await db.item.delete({ where: { id } }); analytics.logEvent('deleted')", "absent"),
        ("await db.item.delete({ where: { id } }); useAuditLogs()", "absent"),
        ("await fetch('https://erp/items/' + id, { method: 'DELETE' })", "unknown"),
        ("await serverApi.delete('/items/' + id)", "unknown"),
        ("await session.save(); await db.session.add(new AuditEvent(e))", "after"),
    ],
)
def test_events_of_the_handler(tmp_path: Path, body: str, audit: str) -> None:
    assert str(javascript(tmp_path, body).audit.value) == audit


def test_events_of_what_the_handler_calls(tmp_path: Path) -> None:
    files = {
        "app.py": FASTAPI
        + "from service import remove\n@app.delete('/items/{key}')\ndef f(key: int):\n    remove(key)\n",
        "service.py": "from audit import record\ndef remove(key):\n    session.delete(key)\n    record('deleted')\n",
        "audit.py": "def record(action):\n    session.add(Event(action))\n",
    }
    route = only(tmp_path, files)
    assert route.audit.value is Audit.AFTER
    assert [str(place) for place in route.audit.evidence] == ["service.py:4"]


MIDDLEWARE = {
    "before": "app.use((req, res, next) => { auditLog.create({ path: req.path }); next(); });\n",
    "after": "app.use((req, res, next) => { res.on('finish', () => auditLog.create({ path: req.path })); next(); });\n",
}


@pytest.mark.parametrize(("audit", "middleware"), MIDDLEWARE.items())
def test_middleware_that_records(tmp_path: Path, audit: str, middleware: str) -> None:
    route = javascript(tmp_path, "await db.item.delete({ where: { id } })", middleware)
    assert str(route.audit.value) == audit
