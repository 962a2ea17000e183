// What a region answered to an upgrade: that it takes the client, or why not.

import type { Outcome } from './hedge.ts';

/** The code of an external region that refuses a client, and may take the next one. */
export const CLIENT_REFUSED = 'client_refused';

/** Why a region did not take the client. */
export interface Refusal {
  /** Code of its object's error; undefined if something else answered, or nothing did. */
  readonly code: string | undefined;
  readonly reason: string;
}

/** An upgrade, or the server's own answer that the request is wrong, which any other region would refuse too. */
export function isTaken({ status }: Response): boolean {
  return status === 101 || (status >= 400 && status < 500 && status !== 429 && status !== 451);
}

/** Reads the error of a region's object. */
export async function refusalIn(response: Response): Promise<Refusal> {
  const body = await response
    .json<{ error?: { code?: unknown; message?: unknown } } | null>()
    .catch(() => undefined);
  const { code, message } = body?.error ?? {};
  return {
    code: typeof code === 'string' ? code : undefined,
    reason: typeof message === 'string' ? message : `the upgrade was answered with status ${response.status}`,
  };
}

/** What follows for the attempt. An unknown reason is assumed to be temporary. */
export function outcomeOf({ code }: Refusal): Outcome {
  switch (code) {
    case 'asleep':
    case 'starting':
      return code;
    case 'draining':
    case 'residency':
    case 'sign_ins_failed':
    case 'door_refused':
    case CLIENT_REFUSED:
      return 'lasting';
    default:
      return 'passing';
  }
}
