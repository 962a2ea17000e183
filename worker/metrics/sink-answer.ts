// What a sink's answer means for the batch that it was sent, and which of its words may be in the log. Its status alone
// decides: an answer whose text breaks off, never ends or is no text is as good as any other.

import type { SinkConfig } from '../../regions/export-schema.ts';
import { withTimeout } from '../../waiting/with-timeout.ts';
import type { DropReason } from './sink-status.ts';

export type Outcome =
  | { readonly kind: 'sent'; readonly rejected: number; readonly problem: string }
  | { readonly kind: 'dropped'; readonly reason: DropReason; readonly problem: string }
  | { readonly kind: 'later'; readonly afterMs?: number; readonly problem: string };

/** Of an answer that is read: what OTLP says about rejected samples is shorter. */
const READ_BYTES = 16_384;
/** The status has come, so the rest is near. */
export const TEXT_WITHIN_MS = 2_000;

/** Of an answer that is shown. */
const SHOWN_CHARS = 200;

/** Shorter words are in answers by chance. */
const LEAST_SECRET_CHARS = 8;

/** Never rejects. @param now ms since the epoch */
export async function outcomeOf(type: SinkConfig['type'], response: Response, now: number): Promise<Outcome> {
  const { status, headers } = response;
  const text = await textOf(response);
  if (status >= 200 && status < 300)
    return { kind: 'sent', ...(type === 'otlp' ? partialSuccess(text) : { rejected: 0, problem: '' }) };
  const problem = `it answered ${status} ${text}`.trimEnd();
  // Zero where the platform hides what it would follow.
  if (status < 400) return { kind: 'dropped', reason: 'redirected', problem };
  if (status !== 408 && status !== 429 && status < 500)
    return { kind: 'dropped', reason: 'refused', problem };
  const afterMs = retryAfterMs(headers.get('retry-after'), now);
  return { kind: 'later', problem, ...(afterMs !== undefined && { afterMs }) };
}

/**
 * Foreign text for the log: in one line, without what a terminal obeys, and without what we sent in confidence, which a
 * sink may repeat.
 *
 * @param confidential such as the value of a header, whose words are hidden too
 */
export function shownText(text: string, confidential: readonly string[]): string {
  const words = confidential
    .flatMap((each) => [each, ...each.split(/[\s&=]+/)])
    .filter((word) => word.length >= LEAST_SECRET_CHARS)
    .sort((a, b) => b.length - a.length);
  const hidden = words.reduce((shown, word) => shown.replaceAll(word, '[hidden]'), text);
  return hidden
    .replace(/[\p{C}\p{Zl}\p{Zp}]+/gu, ' ')
    .slice(0, SHOWN_CHARS)
    .trim();
}

/** As far as it comes in time. It may be endless. */
async function textOf({ body }: Response): Promise<string> {
  const reader = body?.getReader();
  if (reader === undefined) return '';
  const chunks: Uint8Array[] = [];
  const read = async () => {
    for (let bytes = 0; bytes < READ_BYTES; ) {
      const { value, done } = await reader.read();
      if (done) return;
      chunks.push(value);
      bytes += value.length;
    }
  };
  // What it said until then is all that there is to know.
  await withTimeout(read(), TEXT_WITHIN_MS, 'the answer does not end').catch(() => {});
  reader.cancel().catch(() => {});
  return new TextDecoder().decode(await new Blob(chunks).slice(0, READ_BYTES).arrayBuffer());
}

/** What OTLP says in an answer of 200. */
function partialSuccess(text: string): { readonly rejected: number; readonly problem: string } {
  try {
    const { partialSuccess: partial } = JSON.parse(text) as {
      partialSuccess?: { rejectedDataPoints?: unknown; errorMessage?: unknown } | null;
    };
    const count = Number(partial?.rejectedDataPoints ?? 0);
    const rejected = Number.isSafeInteger(count) ? Math.max(0, count) : 0;
    const problem = rejected === 0 ? '' : `it rejected ${rejected} samples: ${partial?.errorMessage ?? ''}`;
    return { rejected, problem };
  } catch {
    // Nothing, or protobuf: it took all of them.
    return { rejected: 0, problem: '' };
  }
}

/** Seconds, or a date. */
function retryAfterMs(text: string | null, now: number): number | undefined {
  if (text === null) return undefined;
  const ms = /^\d+$/.test(text) ? Number(text) * 1_000 : Date.parse(text) - now;
  return Number.isNaN(ms) ? undefined : Math.max(0, ms);
}
