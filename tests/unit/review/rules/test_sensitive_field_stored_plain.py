"""Sensitive fields stored plain: one observation for each field, by its type and by what is done with its values."""

from pathlib import Path

from tests.reviewing import check_marks, check_silent
from trustwright.review.rules import sensitive_field_stored_plain


def test_seeds(tmp_path: Path) -> None:
    """The create calls of the seeds: a plain number, and the same encrypted with a hash for lookups."""
    check_marks(
        sensitive_field_stored_plain,
        tmp_path,
        {
            "bad.ts": """
await db.user.create({
  data: { ssn: '123-45-6789' } // unmet high
});
""",
            "good.ts": """
import { encrypt, decrypt } from '@/lib/crypto';
await db.customer.create({
  data: {
    ssnEncrypted: await encrypt('123-45-6789'), // met
    ssnHash: hash('123-45-6789'), // met
  }
});
""",
        },
    )


def test_prisma(tmp_path: Path) -> None:
    """A model's field is judged once, with its migration and its writes; what the code seals is met."""
    check_marks(
        sensitive_field_stored_plain,
        tmp_path,
        {
            "schema.prisma": """
model Supplier {
  id        String @id
  iban      String? // unmet high
  taxId     String // unmet medium
  hasSecret Boolean
  secretId  String
  passport  Passport
}
model Account {
  id            String @id
  refresh_token String? // met
  access_token  String? // unmet medium
  clientSecret  String? /// @encrypted
  nationalId    Bytes // unknown
  ssnEncrypted  String // unknown
}
model Passport {
  id String @id
}
model Jwks {
  publicKey  String
  privateKey String // unknown
}
""",
            "migrations/1/migration.sql": 'CREATE TABLE "Supplier" ("id" TEXT PRIMARY KEY, "iban" TEXT);',
            "accounts.ts": """
export async function link(token: string) {
  await prisma.account.update({ where: { id }, data: { refresh_token: encrypt(token), access_token: token } })
  await prisma.supplier.create({ data: { iban: input.iban } })
}
""",
        },
        {("schema.prisma", 14): "met"},
    )


def test_other_models_of_javascript(tmp_path: Path) -> None:
    """TypeORM, Mongoose, Sequelize, Drizzle and knex."""
    check_marks(
        sensitive_field_stored_plain,
        tmp_path,
        {
            "typeorm.ts": """
import { Column, Entity } from 'typeorm'
@Entity()
export class Patient {
  @Column({ type: 'text' })
  diagnosis: string // unmet high
  @Column({ type: 'text', transformer: upperCase })
  medicalHistory: string // unmet high
  @Column({ type: 'text', transformer: encryptionTransformer })
  bloodType: string // met
  @Column()
  hasApiKey: boolean
}
@Entity()
export class Incident {
  @Column({ type: 'text' })
  diagnosis: string
}
""",
            "mongoose.ts": """
import mongoose, { Schema } from 'mongoose'
const UserSchema = new Schema({
  creditCard: { type: String, required: true }, // unmet critical
  cvv: String, // unmet critical
  card_last4: String,
})
""",
            "sequelize.js": """
sequelize.define('Employee', {
  socialSecurityNumber: DataTypes.STRING, // unmet high
  passportNumber: { type: DataTypes.STRING, set: encryptValue }, // met
})
""",
            "drizzle.ts": """
export const hooks = pgTable('hooks', {
  secret: text('secret').notNull(), // unmet medium
  secretHint: text('secret_hint'),
})
await db.insert(tokens).values({ apiKey: hashKey(key) }) // met
""",
            "migrate.js": """
exports.up = (knex) => knex.schema.createTable('payees', (table) => {
  table.string('iban') // unmet high
  table.string('name')
})
""",
        },
    )


def test_python(tmp_path: Path) -> None:
    """Django, SQLAlchemy and SQLModel; serializers and requests store nothing."""
    check_marks(
        sensitive_field_stored_plain,
        tmp_path,
        {
            "app/models.py": """
from django.db import models
from app.fields import EncryptedCharField
class Patient(models.Model):
    national_id = models.CharField(max_length=20)  # unmet high
    ssn = EncryptedCharField(max_length=20)  # met
    api_key = models.CharField(max_length=40)  # met
    webhook_secret = models.CharField(max_length=40)  # unmet medium
    disable_webhook_secret = models.BooleanField(help_text="text")
    passport_number = models.ForeignKey("Passport", on_delete=models.CASCADE)
""",
            "app/services.py": """
from app.models import Patient
def renew(patient, key):
    patient.api_key = make_key_hash(key)
    patient.save()
def signed(patient, body):
    return hmac.new(patient.webhook_secret.encode(), body)
""",
            "db.py": """
from sqlalchemy import Column, LargeBinary, String
class Courier(Base):
    __tablename__ = "courier"
    national_id: Mapped[str | None] = mapped_column(String)  # unmet high
    bank_account: Mapped[str | None] = mapped_column(EncryptedString)  # met
    tax_id = Column(String)  # unmet medium
    otp_secret: Mapped[str]  # unmet medium
    otp_secret_set: Mapped[bool]
class Row(SQLModel, table=True):
    iban: str  # unmet high
class Request(BaseModel):
    iban: str
class PatientSerializer(serializers.Serializer):
    ssn = serializers.CharField()
""",
        },
    )


def test_twins_and_helpers(tmp_path: Path) -> None:
    """A plain column beside its encrypted twin stays plain; functions are followed to what they do."""
    check_marks(
        sensitive_field_stored_plain,
        tmp_path,
        {
            "db.py": """
class Link(Base):
    client_secret: Mapped[str] = mapped_column(String)  # unmet medium
    client_secret_encrypted: Mapped[str] = mapped_column(String)  # met
    access_token: Mapped[str] = mapped_column(String)  # met
    def seal(self, secret, token):
        self.client_secret_encrypted = encrypt(self.client_secret)
        _, sealed = make(token)
        self.access_token = sealed
def make(token):
    return token, hashlib.sha256(token).hexdigest()
""",
        },
    )


def test_sql_alone(tmp_path: Path) -> None:
    """Without a model the tables count as the migrations leave them."""
    check_marks(
        sensitive_field_stored_plain,
        tmp_path,
        {
            "migrations/1.sql": "CREATE TABLE people (\n  id int,\n  ssn text, -- unmet high\n  cvv text\n);\n",
            "migrations/2.sql": "ALTER TABLE people DROP COLUMN cvv;\n",
        },
    )


def test_nothing_to_say(tmp_path: Path) -> None:
    """Forms, requests to others, and filters of queries store nothing."""
    check_silent(
        sensitive_field_stored_plain,
        tmp_path,
        {
            "a.ts": """
export const schema = z.object({ ssn: z.string(), iban: z.string() })
await stripe.accounts.create({ tax_id: value })
await db.user.findFirst({ where: { ssn: input } })
await db.user.update({ where: { ssn: input }, data: { name } })
const client = new OpenAI({ apiKey: process.env.KEY })
"""
        },
    )
