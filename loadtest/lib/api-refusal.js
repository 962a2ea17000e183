// What the target's API answered that was no success, in words. Of a token that is refused in the middle of a run: it was
// taken when the run began. Pure.

const UNAUTHORIZED = 401;

/**
 * @param {string} what was asked
 * @param {{ status: number, error?: string, body?: unknown }} answer
 * @returns {string} with the edge's own words
 */
export function apiRefusal(what, { status, error = '', body }) {
  const said = saidIn(body) || error;
  const answered = status === 0 ? `${what} was not answered` : `${what} was answered with ${status}`;
  const reason = said === '' ? answered : `${answered}: ${said}`;
  return status === UNAUTHORIZED
    ? `${reason} (has the token of the admin API expired, or was it changed?)`
    : reason;
}

/** @param {unknown} body of an error as Meridian answers it, or anything else @returns {string} */
function saidIn(body) {
  if (typeof body !== 'string') return '';
  try {
    return JSON.parse(body).error.message;
  } catch {
    return body;
  }
}
