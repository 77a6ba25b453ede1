CREATE TABLE "User" (
  "id" TEXT PRIMARY KEY,
  "email" TEXT NOT NULL UNIQUE,
  "passwordHash" TEXT NOT NULL,
  "role" TEXT NOT NULL DEFAULT 'customer',
  "createdAt" TIMESTAMPTZ NOT NULL DEFAULT now(),
  "deletedAt" TIMESTAMPTZ,
  "deletedBy" TEXT
);

CREATE TABLE "Product" (
  "id" TEXT PRIMARY KEY,
  "sku" TEXT NOT NULL UNIQUE,
  "name" TEXT NOT NULL,
  "priceCents" INTEGER NOT NULL,
  "supplierName" TEXT,
  "listed" BOOLEAN NOT NULL DEFAULT false
);

CREATE TABLE "Order" (
  "id" TEXT PRIMARY KEY,
  "customerId" TEXT NOT NULL REFERENCES "User" ("id") ON DELETE RESTRICT,
  "status" TEXT NOT NULL,
  "paymentId" TEXT,
  "refundId" TEXT,
  "trackingNumber" TEXT UNIQUE
);

CREATE TABLE "OrderItem" (
  "id" TEXT PRIMARY KEY,
  "orderId" TEXT NOT NULL REFERENCES "Order" ("id") ON DELETE CASCADE,
  "productId" TEXT NOT NULL REFERENCES "Product" ("id") ON DELETE RESTRICT,
  "quantity" INTEGER NOT NULL
);

CREATE TABLE "Review" (
  "id" TEXT PRIMARY KEY,
  "productId" TEXT NOT NULL,
  "author" TEXT NOT NULL,
  "authorId" TEXT,
  "stars" INTEGER NOT NULL,
  "text" TEXT NOT NULL,
  "deletedAt" TIMESTAMPTZ
);
