// By what a deployment lets the tests in: MERIDIAN_NATS_TOKEN, or MERIDIAN_NATS_USER and MERIDIAN_NATS_PASSWORD.
// The local stack lets everybody in.

/** As options of nats.js. */
export function credentials(): { token?: string; user?: string; pass?: string } {
  const { MERIDIAN_NATS_TOKEN: token, MERIDIAN_NATS_USER: user, MERIDIAN_NATS_PASSWORD: pass } = process.env;
  if (token) return { token };
  return user && pass ? { user, pass } : {};
}
