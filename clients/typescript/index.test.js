import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { test } from 'node:test'
import { AuditError, AuditLog, eventOf, newId } from './index.js'

const ANNA = '018f3a5e-0000-7000-8000-000000000001'

const cases = [
  [{ action: 'user.delete.initiated', actor: ANNA, target: 7, ip: '203.0.113.7' },
    { actor_type: 'user', actor_id: ANNA, action: 'delete', resource_type: 'user', resource_id: '7', outcome: 'success',
      ip_address: '203.0.113.7', metadata: { event: 'user.delete.initiated', phase: 'initiated' } }],
  [{ action: 'payment.processed', amount: 12.5, userId: 'u-1', result: 'success' },
    { actor_type: 'user', action: 'update', resource_type: 'payment', outcome: 'success',
      metadata: { amount: '12.5', userId: 'u-1', result: 'success', actor: 'u-1', event: 'payment.processed' } }],
  [{ action: 'payment.failed', userId: ANNA, errorCode: 'GATEWAY_DOWN' },
    { actor_type: 'user', actor_id: ANNA, action: 'update', resource_type: 'payment', outcome: 'failure',
      metadata: { userId: ANNA, errorCode: 'GATEWAY_DOWN', event: 'payment.failed', phase: 'failed' } }],
  [{ action: 'export', resource_type: 'report', actor_type: 'api_key', outcome: 'error' },
    { actor_type: 'api_key', action: 'export', resource_type: 'report', outcome: 'error' }],
  [{ action: 'user.role_changed', actor: null, at: new Date(0), nested: { a: [0.5, undefined] } },
    { actor_type: 'system', action: 'permission_change', resource_type: 'user', outcome: 'success',
      metadata: { at: '1970-01-01T00:00:00.000Z', nested: { a: ['0.5', undefined] }, event: 'user.role_changed' } }],
]

for (const [said, meant] of cases) {
  test(`what ${said.action} means`, () => {
    const { id, ...event } = eventOf(said)
    assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab]/)
    assert.deepEqual(event, meant)
  })
}

test('an id holds its moment', () => {
  assert.equal(parseInt(newId(1795318847123).replaceAll('-', '').slice(0, 12), 16), 1795318847123)
  assert.equal(new Set(Array.from({ length: 1000 }, () => newId())).size, 1000)
})

async function answering(answers, use) {
  const bodies = []
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', (part) => { body += part })
    request.on('end', () => {
      bodies.push(JSON.parse(body))
      const [status, said] = answers.shift()
      response.writeHead(status, { 'content-type': 'application/json', 'retry-after': '0' }).end(JSON.stringify(said))
    })
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  try {
    await use(new AuditLog({ url: `http://127.0.0.1:${server.address().port}`, key: 'k', retries: 3 }))
  } finally {
    server.close()
  }
  return bodies
}

test('what could not be delivered goes again with the same id', async () => {
  const kept = [201, { ids: ['x'], kept: 'database' }]
  const bodies = await answering([[503, {}], [429, {}], kept], async (log) => {
    assert.deepEqual(await log.create({ action: 'login' }), { id: 'x', kept: 'database' })
  })
  assert.equal(new Set(bodies.map(([event]) => event.id)).size, 1)
  assert.equal(bodies.length, 3)
})

test('what is refused is not sent again', async () => {
  const refused = [422, { error: 'outcome is none of success, failure, error', field: 'outcome' }]
  const bodies = await answering([refused], async (log) => {
    await assert.rejects(log.create({ action: 'login', outcome: 'fine' }), (error) =>
      error instanceof AuditError && error.field === 'outcome' && error.status === 422)
  })
  assert.equal(bodies.length, 1)
})

test('nobody there is an error in the end', async () => {
  const log = new AuditLog({ url: 'http://127.0.0.1:1', key: 'k', retries: 1 })
  await assert.rejects(log.create({ action: 'login' }), /cannot be reached/)
})

const { AUDIT_URL: url, AUDIT_KEY: key } = process.env
test('the real server keeps events', { skip: url === undefined && 'AUDIT_URL is not set' }, async () => {
  const log = new AuditLog({ url, key })
  for (const [said] of cases) assert.equal((await log.create(said)).kept, 'database')
  const { ids } = await log.createMany(cases.map(([said]) => said))
  assert.equal(new Set(ids).size, cases.length)
  await assert.rejects(log.create({ action: 'login', resource_type: 'Not a word' }), { field: 'resource_type' })
  await assert.rejects(new AuditLog({ url, key: 'twt_wrong' }).create({ action: 'login' }), { status: 401 })
})
