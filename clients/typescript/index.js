// Sends events to the audit trail. No dependencies; needs `fetch` and `crypto`, which Node 18 and browsers have.

const ACTIONS = ['login', 'logout', 'create', 'read', 'update', 'delete', 'export', 'permission_change']
const VERBS = {
  created: 'create', added: 'create', registered: 'create', invited: 'create',
  updated: 'update', changed: 'update', processed: 'update', approved: 'update', rejected: 'update', refunded: 'update',
  deleted: 'delete', removed: 'delete', erased: 'delete',
  viewed: 'read', accessed: 'read', downloaded: 'export', exported: 'export',
  granted: 'permission_change', revoked: 'permission_change', role_changed: 'permission_change',
  signed_in: 'login', signed_out: 'logout',
}
const PHASES = ['initiated', 'started', 'completed', 'succeeded', 'failed', 'denied']
const FAILED = ['failed', 'failure', 'denied', 'rejected']
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i
const FIELDS = [
  'id', 'actor_type', 'actor_id', 'action', 'resource_type', 'resource_id', 'outcome', 'ip_address', 'user_agent',
  'session_id', 'metadata',
]

/** A UUIDv7 (RFC 9562) for a moment: the event's id, and what makes sending it twice harmless. */
export function newId(milliseconds = Date.now()) {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  for (let at = 5, rest = milliseconds; at >= 0; at--, rest = Math.floor(rest / 256)) bytes[at] = rest % 256
  bytes[6] = 0x70 | (bytes[6] & 0x0f)
  bytes[8] = 0x80 | (bytes[8] & 0x3f)
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}

/** The event of the trail that something said in the short form means; see the README. */
export function eventOf(said) {
  const moment = said.timestamp === undefined ? Date.now() : new Date(said.timestamp).getTime()
  const event = { id: newId(moment), actor_type: 'system', outcome: 'success' }
  const metadata = { ...(said.metadata ?? {}) }
  for (const [name, value] of Object.entries(said)) {
    if (value === undefined || value === null) continue
    if (FIELDS.includes(name) && name !== 'metadata') event[name] = value
    else if (name === 'ip') event.ip_address = value
    else if (name === 'target') event.resource_id = String(value)
    else if (!['actor', 'timestamp', 'metadata'].includes(name)) metadata[name] = value
  }
  const actor = said.actor ?? said.userId
  if (actor !== undefined && actor !== null) {
    event.actor_type = said.actor_type ?? 'user'
    if (UUID.test(actor)) event.actor_id = actor
    else metadata.actor = String(actor)
  }
  if (!ACTIONS.includes(event.action)) named(event, metadata, String(said.action ?? ''))
  event.resource_type ??= 'application'
  if (Object.keys(metadata).length > 0) event.metadata = whole(metadata)
  return event
}

/** `user.delete.initiated`: what, the act, how far it is. The name itself is kept in `metadata.event`. */
function named(event, metadata, name) {
  metadata.event = name
  const parts = name.toLowerCase().split('.')
  const last = parts.at(-1)
  if (PHASES.includes(last)) metadata.phase = last
  if (FAILED.includes(last)) event.outcome = 'failure'
  const acts = parts.filter((part) => ACTIONS.includes(part) || part in VERBS)
  event.action = ACTIONS.includes(acts.at(-1)) ? acts.at(-1) : VERBS[acts.at(-1)] ?? 'update'
  event.resource_type ??= parts[0].replace(/[^a-z0-9_.-]/g, '_') || undefined
}

/** Numbers with a fraction have no single spelling, so the trail takes them as texts. */
function whole(value) {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? value : String(value)
  if (typeof value === 'bigint' || value instanceof Date) return value instanceof Date ? value.toISOString() : String(value)
  if (Array.isArray(value)) return value.map(whole)
  if (value !== null && typeof value === 'object') {
    const kept = Object.entries(value).filter(([, item]) => item !== undefined && typeof item !== 'function')
    return Object.fromEntries(kept.map(([key, item]) => [key, whole(item)]))
  }
  return value
}

/** An event that the trail refused, or that could not be delivered. */
export class AuditError extends Error {
  constructor(message, { status, field } = {}) {
    super(message)
    this.name = 'AuditError'
    this.status = status
    this.field = field
  }
}

export class AuditLog {
  #url
  #key
  #retries
  #patience
  #fetch

  constructor({ url, key, retries = 5, patience = 10_000, fetch = globalThis.fetch }) {
    this.#url = new URL('/v1/events', url)
    this.#key = key
    this.#retries = retries
    this.#patience = patience
    this.#fetch = fetch
  }

  /** Records one event; resolves once it is on disk, rejects with an AuditError otherwise. */
  async create(said) {
    const { ids, kept } = await this.createMany([said])
    return { id: ids[0], kept }
  }

  /** Records several events together: all of them, or none. */
  async createMany(several) {
    const body = JSON.stringify(several.map(eventOf))
    for (let tries = 0; ; tries++) {
      const answer = await this.#send(body)
      if (answer?.status === 201) return answer.json()
      if (answer !== undefined && answer.status !== 429 && answer.status < 500) {
        const { error, field } = await answer.json().catch(() => ({ error: `HTTP ${answer.status}` }))
        throw new AuditError(error, { status: answer.status, field })
      }
      if (tries >= this.#retries) throw new AuditError('the audit trail cannot be reached', { status: answer?.status })
      const asked = Number(answer?.headers.get('retry-after') ?? 0) * 1000
      await new Promise((resolve) => setTimeout(resolve, Math.max(asked, 100 * 2 ** tries * (0.5 + Math.random()))))
    }
  }

  async #send(body) {
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${this.#key}` }
    const signal = AbortSignal.timeout(this.#patience)
    try {
      return await this.#fetch(this.#url, { method: 'POST', headers, body, signal })
    } catch {
      return undefined // the network failed: the same ids go again, and count once
    }
  }
}
