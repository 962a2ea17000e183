// `GET /api/audit/export`: the whole audit log as JSON lines, oldest entry first, to be kept elsewhere. It is read page by
// page while it is sent, so it may be of any length; if the store ends in the middle, the answer breaks off.

import { AUDIT_LINES_TYPE, type AuditEntry as WireEntry } from '../../api/audit.ts';
import type { AuditEntry } from '../config/audit-table.ts';
import { type ConfigStoreStub, configStore } from '../config/store-stub.ts';
import type { EdgeContext } from '../edge-context.ts';
import { fromStore } from './from-store.ts';

/** A call to the store brings so many: about 400 kB. */
const ENTRIES_PER_CALL = 1_000;

/** An entry as the API shows it. */
export function auditView(entry: AuditEntry): WireEntry {
  return { ...entry, time: new Date(entry.time).toISOString() };
}

/** Without a store the log is empty. */
export async function exportAudit(_request: Request, { env }: EdgeContext): Promise<Response> {
  const store = configStore(env);
  if (store === undefined) return linesOf(new Blob([]).stream());
  // The first page is read before the answer begins, so that a store that does not answer is told as such.
  return fromStore(
    () => store.auditAfter(0, ENTRIES_PER_CALL),
    (first) => linesOf(pagesOf(store, first)),
  );
}

function linesOf(lines: ReadableStream<Uint8Array>): Response {
  return new Response(lines, { headers: { 'content-type': AUDIT_LINES_TYPE } });
}

function pagesOf(store: ConfigStoreStub, first: readonly AuditEntry[]): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  let page = first;
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const last = page.at(-1);
      if (last === undefined) return controller.close();
      controller.enqueue(
        encoder.encode(page.map((entry) => `${JSON.stringify(auditView(entry))}\n`).join('')),
      );
      page = await store.auditAfter(last.id, ENTRIES_PER_CALL);
    },
  });
}
