export type ActorType = 'user' | 'system' | 'api_key' | 'service_account'
export type Action = 'login' | 'logout' | 'create' | 'read' | 'update' | 'delete' | 'export' | 'permission_change'
export type Outcome = 'success' | 'failure' | 'error'

/** An event, in the trail's own fields or in the short form; any other name goes into the metadata. */
export interface AuditEvent {
  /** One of the trail's actions, or a name such as `user.delete.initiated`. */
  action: Action | (string & {})
  /** Who: a UUID becomes `actor_id`, anything else `metadata.actor`. */
  actor?: string | null
  /** Which one it was done to: `resource_id`. */
  target?: string | number | null
  ip?: string | null
  timestamp?: Date | string | number
  id?: string
  actor_type?: ActorType
  actor_id?: string | null
  resource_type?: string
  resource_id?: string | null
  outcome?: Outcome
  ip_address?: string | null
  user_agent?: string | null
  session_id?: string | null
  metadata?: Record<string, unknown>
  [name: string]: unknown
}

export interface AuditLogOptions {
  /** Where `trustwright trail serve` listens. */
  url: string | URL
  /** What `trustwright trail key create` printed. */
  key: string
  /** How often an event that could not be delivered is sent again; 5 when not given. */
  retries?: number
  /** Milliseconds that one try may take; 10,000 when not given. */
  patience?: number
  fetch?: typeof globalThis.fetch
}

export declare class AuditError extends Error {
  status?: number
  field?: string
}

export declare class AuditLog {
  constructor(options: AuditLogOptions)
  create(event: AuditEvent): Promise<{ id: string; kept: 'database' | 'spool' }>
  createMany(events: AuditEvent[]): Promise<{ ids: string[]; kept: 'database' | 'spool' }>
}

export declare function newId(milliseconds?: number): string
export declare function eventOf(event: AuditEvent): Record<string, unknown>
