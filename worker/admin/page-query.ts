// `?before=N&limit=50`: the part of a list, newest first, that a request asks for.

const DEFAULT_LIMIT = 50;
const MOST = 200;

export interface PageQuery {
  readonly before?: number;
  readonly limit: number;
}

/** Undefined if either is not a whole number from 1. A limit that is too high is lowered. */
export function pageQueryOf(request: Request): PageQuery | undefined {
  const query = new URL(request.url).searchParams;
  const before = wholeNumber(query.get('before'));
  const limit = wholeNumber(query.get('limit'));
  if (Number.isNaN(before) || Number.isNaN(limit)) return undefined;
  return { limit: Math.min(limit ?? DEFAULT_LIMIT, MOST), ...(before !== undefined && { before }) };
}

/** NaN if it is not one. */
function wholeNumber(text: string | null): number | undefined {
  if (text === null) return undefined;
  return /^[1-9][0-9]{0,14}$/.test(text) ? Number(text) : Number.NaN;
}
