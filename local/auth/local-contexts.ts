// The contexts by which the `nats` command reaches a stack on this machine that needs credentials.

import { ForeignContext, writeNatsContext } from './nats-context.ts';
import type { LocalAuth } from './nats-login.ts';

const NAME = 'meridian-local';
const SYSTEM = `${NAME}-system`;

/**
 * Writes them, as far as no others of these names are there, and says where they are. Returns the name of the clients' one;
 * undefined if it could not be written.
 */
export async function writeLocalContexts(
  url: string,
  { login, system }: LocalAuth,
  say: (text: string) => void,
  env = process.env,
): Promise<string | undefined> {
  const socket = url.replace(/^http/, 'ws');
  const write = async (name: string, as: LocalAuth['login'], what: string) => {
    try {
      const path = await writeNatsContext({ name, url: socket, login: as, what }, { env });
      say(`${what}: nats --context ${name} (${path})`);
      return name;
    } catch (error) {
      if (!(error instanceof ForeignContext)) throw error;
      say(`${error.message}: left alone. To sign in: ${loginText(as)}`);
      return undefined;
    }
  };
  if (system !== undefined) await write(SYSTEM, system, 'the local stack, for operators');
  return write(NAME, login, 'the local stack');
}

function loginText({ token, user, password, creds }: LocalAuth['login']): string {
  if (creds !== undefined) return `nats --creds ${creds}`;
  return token === undefined ? `nats --user ${user} --password ${password}` : `nats --user ${token}`;
}
