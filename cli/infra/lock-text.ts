// Who holds the state: what OpenTofu writes into `<state>.tflock`. Pure.

import * as v from 'valibot';
import { printable } from '../printable.ts';
import { STATE_KEY } from './settings.ts';

export const LOCK_KEY = `${STATE_KEY}.tflock`;

const LockSchema = v.object({
  ID: v.string(),
  Operation: v.optional(v.string(), ''),
  Who: v.optional(v.string(), ''),
  Created: v.optional(v.string(), ''),
});

export interface StateLock {
  readonly id: string;
  readonly operation: string;
  readonly who: string;
  /** As it was written. */
  readonly since: string;
}

/** Undefined for what is no lock of OpenTofu's or Terraform's. */
export function readLockText(text: string): StateLock | undefined {
  try {
    const { ID: id, Operation: operation, Who: who, Created: since } = v.parse(LockSchema, JSON.parse(text));
    return { id, operation, who, since };
  } catch {
    return undefined;
  }
}

const MINUTE_MS = 60_000;

/** Who holds it, since when, and how it is taken away. */
export function lockWords({ id, operation, who, since }: StateLock, now: number): string {
  const at = Date.parse(since);
  const minutes = Number.isNaN(at) ? undefined : Math.max(0, Math.floor((now - at) / MINUTE_MS));
  const age = minutes === undefined ? '' : ` since ${new Date(at).toISOString()} (${minutes} min)`;
  const name = printable(who) || 'somebody';
  return `${name} holds the state${age}, ${printable(operation) || 'for something'}. If nothing of it runs any more: npm run infra -- force-unlock ${printable(id)}`;
}
