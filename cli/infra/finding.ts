// What `doctor` finds, and `apply` heeds: something is in order, has to be put in order first, or is worth knowing.

import type { Finding } from '../doctor-findings.ts';

export type InfraFinding = Finding & {
  /** For programs, such as `lock_ignored`. */
  readonly code: string;
};

export const ok = (code: string, text: string): InfraFinding => ({ state: 'ok', code, text });
export const note = (code: string, text: string, fix?: string): InfraFinding => ({
  state: 'note',
  code,
  text,
  ...(fix !== undefined && { fix }),
});
export const fix = (code: string, text: string, how: string): InfraFinding => ({
  state: 'fix',
  code,
  text,
  fix: how,
});

export function findingText({ state, text, fix: how }: InfraFinding): string {
  const mark = { ok: 'ok  ', fix: 'FIX ', note: 'note' }[state];
  return `${mark}  ${text}${how === undefined ? '' : `\n      -> ${how}`}`;
}
