// Records of what was done: the versions that are still kept, and the audit log. Both page by page, newest first.

import { AUDIT_KINDS, type Audit } from '../../api/audit.ts';
import type { History } from '../../api/config.ts';
import type { AuditEntry } from '../config/audit-table.ts';
import { type ConfigStoreStub, configStore } from '../config/store-stub.ts';
import type { VersionSummary } from '../config/version-table.ts';
import type { EdgeContext } from '../edge-context.ts';
import { errorResponse } from '../error-response.ts';
import { auditView } from './audit-export.ts';
import { summaryView } from './edit-answer.ts';
import { fromStore } from './from-store.ts';
import { type PageQuery, pageQueryOf } from './page-query.ts';

/** `GET /api/config/history?before=N&limit=50`. Version 0, the deployed one, is not included. */
export function configHistory(request: Request, edge: EdgeContext): Promise<Response> {
  const read = (store: ConfigStoreStub, page: PageQuery) => store.history(page);
  return answerPage(request, edge, read, (found: readonly VersionSummary[], hasMore) => {
    const versions = found.map((each) => ({ ...summaryView(each), changes: each.changes }));
    return { versions, next: hasMore ? (versions.at(-1)?.version ?? null) : null } satisfies History;
  });
}

/** `GET /api/audit?before=ID&limit=50&kind=change` */
export function auditLog(request: Request, edge: EdgeContext): Promise<Response> {
  const asked = new URL(request.url).searchParams.get('kind');
  const kind = AUDIT_KINDS.find((each) => each === asked);
  if (asked !== null && kind === undefined) {
    const problem = `kind is one of ${AUDIT_KINDS.join(', ')}`;
    return Promise.resolve(errorResponse('bad_request', problem));
  }
  const read = (store: ConfigStoreStub, page: PageQuery) =>
    store.auditLog({ ...page, ...(kind !== undefined && { kind }) });
  return answerPage(request, edge, read, (found: readonly AuditEntry[], hasMore) => {
    const entries = found.map(auditView);
    return { entries, next: hasMore ? (entries.at(-1)?.id ?? null) : null } satisfies Audit;
  });
}

/** Without a store there is nothing to show. */
async function answerPage<T>(
  request: Request,
  { env }: EdgeContext,
  read: (store: ConfigStoreStub, page: PageQuery) => Promise<readonly T[]>,
  view: (found: readonly T[], hasMore: boolean) => History | Audit,
): Promise<Response> {
  const page = pageQueryOf(request);
  if (page === undefined) {
    return errorResponse('bad_request', 'before and limit are whole numbers from 1');
  }
  const store = configStore(env);
  if (store === undefined) return Response.json(view([], false));
  const { limit } = page;
  return fromStore(
    // One more than is shown, to find out whether there are more.
    () => read(store, { ...page, limit: limit + 1 }),
    (found) => Response.json(view(found.slice(0, limit), found.length > limit)),
  );
}
