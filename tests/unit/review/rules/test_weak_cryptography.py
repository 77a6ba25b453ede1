"""Weak cryptography: broken ciphers, hashes, keys and chance are unmet where secrecy depends on them."""

from pathlib import Path

from tests.reviewing import check_marks, check_silent
from trustwright.review.rules import weak_cryptography


def test_javascript(tmp_path: Path) -> None:
    """Node's crypto, and Math.random by what it makes."""
    text = """
import crypto from 'node:crypto'
export const a = (t) => crypto.createCipheriv('aes-256-gcm', key, iv) // met
export const b = (t) => crypto.createCipheriv('des-ede3-cbc', key, iv) // unmet high
export const c = (t) => crypto.createCipher('aes256', key) // unmet high
export const signature = (t) => crypto.createHash('md5').update(secret + t).digest('hex') // unmet high
export const etag = (t) => crypto.createHash('md5').update(t).digest('hex')
export const mac = (t) => crypto.createHmac('sha256', key).update(t).digest('hex') // met
const resetToken = Math.random().toString(36) // unmet high
const delay = Math.random() * 100
const pair = crypto.generateKeyPairSync('rsa', { modulusLength: 1024 }) // unmet high
const other = crypto.generateKeyPairSync('rsa', { modulusLength: 4096 }) // met
"""
    check_marks(weak_cryptography, tmp_path, {"crypto.ts": text})


def test_python(tmp_path: Path) -> None:
    """hashlib, random, and the usual libraries."""
    text = """
import hashlib, random, secrets
from Crypto.Cipher import DES, AES
def link_token(number): return hashlib.md5(f"{secret_key}:{number}".encode()).hexdigest()  # unmet high
def cache_key(url): return hashlib.md5(url).hexdigest()
def plain(data): return hashlib.md5(data, usedforsecurity=False).hexdigest()
def old(key): return DES.new(key)  # unmet high
def ecb(key): return AES.new(key, AES.MODE_ECB)  # unmet high
def otp(): return random.randint(100000, 999999)  # unmet high
def good(): return secrets.token_urlsafe(32)  # met
def pick(items): return random.choice(items)
"""
    check_marks(weak_cryptography, tmp_path, {"crypto.py": text})


def test_nothing_to_say(tmp_path: Path) -> None:
    """Chance in a game."""
    check_silent(weak_cryptography, tmp_path, {"game.ts": "export const roll = () => Math.random() * 6\n"})
