// The token of whoever has signed in: kept for as long as this tab lives, and never in the address.

const KEY = 'meridian-token';

/**
 * `npm start -- --open` hands the token over behind the `#`, which no server sees; it leaves the address at once. Who has
 * signed in stays so: a link of somebody else's does not exchange their token.
 */
export function initialToken(): string | undefined {
  const given = new URLSearchParams(location.hash.slice(1)).get('token');
  const kept = sessionStorage.getItem(KEY);
  if (given === null) return kept ?? undefined;
  history.replaceState(null, '', location.pathname + location.search);
  if (kept !== null) return kept;
  keepToken(given);
  return given;
}

/** @param token undefined: nobody is signed in any more */
export function keepToken(token: string | undefined): void {
  if (token === undefined) sessionStorage.removeItem(KEY);
  else sessionStorage.setItem(KEY, token);
}
