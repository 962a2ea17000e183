// The token of whoever has signed in: kept for as long as this tab lives, and never in the address.

const KEY = 'meridian-token';

/** `npm start -- --open` hands the token over behind the `#`, which no server sees; it leaves the address at once. */
export function initialToken(): string | undefined {
  const given = new URLSearchParams(location.hash.slice(1)).get('token');
  if (given === null) return sessionStorage.getItem(KEY) ?? undefined;
  history.replaceState(null, '', location.pathname + location.search);
  keepToken(given);
  return given;
}

/** @param token undefined: nobody is signed in any more */
export function keepToken(token: string | undefined): void {
  if (token === undefined) sessionStorage.removeItem(KEY);
  else sessionStorage.setItem(KEY, token);
}
