CREATE TABLE "Partner" (
  "id" TEXT PRIMARY KEY,
  "account" TEXT NOT NULL UNIQUE,
  "passwordHash" TEXT NOT NULL
);

CREATE TABLE partner_audit_log (
  "id" TEXT PRIMARY KEY,
  "createdAt" TIMESTAMPTZ NOT NULL DEFAULT now(),
  "partnerId" TEXT NOT NULL REFERENCES "Partner" ("id") ON DELETE CASCADE,
  "action" TEXT NOT NULL
);

CREATE TABLE "StockLevel" (
  "id" TEXT PRIMARY KEY,
  "sku" TEXT NOT NULL,
  "quantity" INTEGER NOT NULL,
  "countedAt" TIMESTAMPTZ NOT NULL DEFAULT now()
);

CREATE TABLE "Supplier" (
  "id" TEXT PRIMARY KEY,
  "name" TEXT NOT NULL,
  "iban" TEXT,
  "accountNumberEncrypted" BYTEA,
  "accountNumberHash" TEXT UNIQUE
);

ALTER TABLE "Product" DROP COLUMN "supplierName";
