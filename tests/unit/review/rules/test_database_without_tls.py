"""Database without TLS: options, addresses, drivers' defaults and servers; this machine does not count."""

from pathlib import Path

from tests.reviewing import check_marks, check_silent
from trustwright.review.rules import database_without_tls


def test_javascript(tmp_path: Path) -> None:
    """pg, mysql2, Redis and MongoDB clients, and the plain object of the seeds."""
    check_marks(
        database_without_tls,
        tmp_path,
        {
            "seed.ts": """
const bad = {
  host: 'db.example.com',
  ssl: false, // unmet high
};
const good = {
  host: 'db.example.com',
  ssl: { // met
    minVersion: 'TLSv1.2',
  },
};
const here = { host: 'localhost', ssl: false };
const beside = { host: 'postgres', ssl: false };
const mail = { host: 'smtp.example.com', ssl: false, auth: { user: 'x' } };
""",
            "clients.ts": """
import { Pool } from 'pg'
import mysql from 'mysql2/promise'
import { createClient } from 'redis'
import { MongoClient } from 'mongodb'
export const a = new Pool({ host: config.HOST, ssl: false }) // unmet high
export const b = new Pool({ host: 'db.acme.io', database: 'shop' }) // unmet
export const c = new Pool({ connectionString: process.env.DATABASE_URL }) // unknown
export const d = new Pool({ connectionString: process.env.OTHER_URL })
export const e = mysql.createPool({ host: 'db.acme.io', ssl: { ca } }) // met
export const f = createClient('redis://cache.acme.io:6379') // unmet
export const g = createClient('rediss://cache.acme.io:6379') // met
export const h = new MongoClient('mongodb+srv://cluster.acme.io/shop') // met
export const i = new MongoClient('mongodb://db.acme.io/shop') // unmet
url.searchParams.set('sslmode', process.env.SSL_MODE || 'disable') // unmet medium
if (process.env.NODE_ENV === 'development') {
  j = new Pool({ host: 'db.acme.io', ssl: false })
}
""",
        },
    )


def test_python(tmp_path: Path) -> None:
    """psycopg, SQLAlchemy, Redis and Django; SQLite needs no connection."""
    check_marks(
        database_without_tls,
        tmp_path,
        {
            "a.py": """
import os
import psycopg, pymysql, redis
from sqlalchemy import create_engine
psycopg.connect(host="db.acme.io", sslmode="disable")  # unmet high
psycopg.connect(host="db.acme.io", sslmode="prefer")  # unmet low
psycopg.connect(host="db.acme.io", sslmode="verify-full")  # met
psycopg.connect(host="localhost", sslmode="disable")
create_engine("postgresql+psycopg://db.acme.io/shop?sslmode=disable")  # unmet high
create_engine("sqlite:///{}".format(path))
create_engine(url)  # unknown
redis.Redis(host="cache.acme.io", ssl=True)  # met
redis.Redis()
pymysql.connect(host="db.acme.io", user="x")  # unmet
""",
            "settings.py": """
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "HOST": os.getenv("DB_HOST"),
        "OPTIONS": {"sslmode": "disable"},  # unmet high
    },
    "replica": {
        "ENGINE": "django.db.backends.postgresql",
        "HOST": os.getenv("DB_HOST"),
        "OPTIONS": {"sslmode": os.getenv("MODE", "prefer")},  # unknown
    },
    "old": {"ENGINE": "django.db.backends.sqlite3", "NAME": "old.db"},
    "local": {"ENGINE": "django.db.backends.mysql", "HOST": "localhost"},
}
""",
        },
    )


def test_settings(tmp_path: Path) -> None:
    """Addresses in any configuration file; hosts of the same network, placeholders and pipelines do not count."""
    check_marks(
        database_without_tls,
        tmp_path,
        {
            ".env": """
DATABASE_URL=postgres://shop@db.acme.io/shop?sslmode=disable # unmet high
REPLICA_URL=postgres://shop@replica.acme.io/shop?sslmode=require # met
LOCAL_URL=postgres://shop@localhost/shop?sslmode=disable
BESIDE_URL=postgres://shop@db:5432/shop?sslmode=disable
SILENT_URL=postgres://shop@db.acme.io/shop # unknown
PUT_TOGETHER=redis://${REDIS_HOST}:6379 # unknown
PGSSLMODE=disable # unmet
""",
            ".env.example": "DATABASE_URL=mysql://user@your-host/shop?ssl-mode=DISABLED\n",
            ".github/workflows/test.yml": "env: {DATABASE_URL: 'postgres://u@db.acme.io/x?sslmode=disable'}\n",
        },
    )


def test_servers(tmp_path: Path) -> None:
    """Parameter groups, caches, brokers and proxies that insist on encryption, or do not."""
    check_marks(
        database_without_tls,
        tmp_path,
        {
            "main.tf": """
variable "tls" {}
resource "aws_db_parameter_group" "forced" {
  parameter {
    name  = "rds.force_ssl"
    value = "1" # met
  }
  parameter {
    name  = "log_statement"
    value = "0"
  }
}
resource "aws_docdb_cluster_parameter_group" "off" {
  parameter {
    name  = "tls"
    value = "disabled" # unmet medium
  }
}
resource "aws_elasticache_replication_group" "absent" { # unmet
}
resource "aws_elasticache_replication_group" "asked" {
  transit_encryption_enabled = var.tls # unknown
}
resource "aws_msk_cluster" "both" {
  encryption_info {
    encryption_in_transit {
      client_broker = "TLS_PLAINTEXT" # unmet
    }
  }
}
resource "azurerm_postgresql_server" "off" {
  ssl_enforcement_enabled = false # unmet high
}
resource "azurerm_redis_cache" "closed" { # met
}
resource "google_sql_database_instance" "both" { # unmet
}
resource "google_sql_database_instance" "only" { # met
  settings {
    ip_configuration {
      ssl_mode = "ENCRYPTED_ONLY"
    }
  }
}
""",
            "template.yaml": """
AWSTemplateFormatVersion: '2010-09-09'
Resources:
  Group:
    Type: AWS::RDS::DBParameterGroup
    Properties:
      Parameters:
        rds.force_ssl: '0' # unmet
""",
        },
    )


def test_nothing_to_say(tmp_path: Path) -> None:
    """Descriptions of options and findings about somebody else's database are no connections."""
    check_silent(
        database_without_tls,
        tmp_path,
        {
            "schema.py": 'SCHEMA = {"sslmode": {"type": "string", "default": "x"}}\nNAMES = {"ssl_mode": "prefer"}\n',
            "report.ts": "export const row = { name: instance.name, sslMode: instance.sslMode ?? null }\n",
        },
    )
