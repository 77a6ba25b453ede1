import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { Request, Response } from 'express';

import { requireRole } from './require-role';

function answerTo(role?: 'customer' | 'admin'): number {
  let status = 200;
  const response = {
    status(code: number) {
      status = code;
      return this;
    },
    json() {
      return this;
    },
  };
  const request = { user: role && { id: 'u1', role } };
  requireRole('admin')(request as Request, response as unknown as Response, () => undefined);
  return status;
}

test('an administrator passes', () => assert.equal(answerTo('admin'), 200));
test('a customer is turned away', () => assert.equal(answerTo('customer'), 403));
test('nobody is turned away', () => assert.equal(answerTo(), 403));
