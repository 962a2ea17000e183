// A client's headers, as its nats-server receives them.

/** All that it sent, with its address in `x-forwarded-for`, which it cannot set itself. A new object each time. */
export function forwardedHeaders({ headers: sent }: Pick<Request, 'headers'>): Headers {
  const headers = new Headers(sent);
  const address = headers.get('cf-connecting-ip');
  if (address === null) headers.delete('x-forwarded-for');
  else headers.set('x-forwarded-for', address);
  return headers;
}
