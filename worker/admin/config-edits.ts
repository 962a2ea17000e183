// Edits of the whole configuration: a new one, or a return to an earlier one. The callers of these functions have
// already authorized the request.

import type * as v from 'valibot';
import { PutBodySchema, RollbackBodySchema } from '../../api/edits.ts';
import type { EditOutcome } from '../config/store-calls.ts';
import { type ConfigStoreStub, configStore } from '../config/store-stub.ts';
import type { EdgeContext } from '../edge-context.ts';
import { type Author, edit, type Signature } from './edit.ts';
import { type Asked, publishedAnswer } from './edit-answer.ts';
import { noStore } from './from-store.ts';
import { readJsonBody } from './json-body.ts';

/** `PUT /api/config` */
export function putConfig(request: Request, edge: EdgeContext, author: Author): Promise<Response> {
  return editByBody({ request, edge, author, action: 'put' }, PutBodySchema, (store, body, signature) =>
    store.put({ ...body, ...signature }),
  );
}

/** `POST /api/config/rollback` */
export function rollbackConfig(request: Request, edge: EdgeContext, author: Author): Promise<Response> {
  return editByBody(
    { request, edge, author, action: 'rollback' },
    RollbackBodySchema,
    (store, body, signature) => {
      const { message = `rollback to version ${body.version}` } = body;
      return store.rollback({ ...body, message, ...signature });
    },
  );
}

interface EditCall {
  readonly request: Request;
  readonly edge: EdgeContext;
  readonly author: Author;
  /** Its name in the audit log. */
  readonly action: string;
}

async function editByBody<S extends v.GenericSchema<unknown, Asked>>(
  { request, edge, author, action }: EditCall,
  schema: S,
  ask: (store: ConfigStoreStub, body: v.InferOutput<S>, signature: Signature) => Promise<EditOutcome>,
): Promise<Response> {
  const store = configStore(edge.env);
  if (store === undefined) return noStore();
  const read = await readJsonBody(request, schema);
  if (!read.ok) {
    // The body could not be read, so it never reaches the store, but the attempt still belongs in the audit log.
    edge.audit({ actor: author.actor, address: author.address, action, outcome: read.code });
    return read.response;
  }
  const { body } = read;
  return edit({
    edge,
    author,
    asked: body,
    ask: (signature) => ask(store, body, signature),
    answer: publishedAnswer,
  });
}
