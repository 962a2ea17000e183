// The edge, for commands that can also use the checked-in file instead.

import type { LiveConfig } from '../api/config.ts';
import { AdminClient } from './admin-client.ts';
import { type ConnectionOptions, resolveConnection } from './connection.ts';
import { CommandError, EXIT, type ExitCode } from './exit.ts';

export interface LiveOptions extends ConnectionOptions {
  /** Use only the file. */
  readonly file?: true;
}

/** The client for a command that needs an edge. */
export async function openClient(options: ConnectionOptions): Promise<AdminClient> {
  return new AdminClient(await resolveConnection(options));
}

/** What `read` gets from the edge; undefined if only the file is wanted. If no edge answers, the file does not stand in. */
export async function readLive<T>(
  options: LiveOptions,
  read: (client: AdminClient) => Promise<T>,
): Promise<T | undefined> {
  return options.file ? undefined : read(await openClient(options));
}

/** The live configuration; undefined, with a note, without a token. */
export async function readConfigIfAllowed(client: AdminClient): Promise<LiveConfig | undefined> {
  try {
    return await client.config();
  } catch (error) {
    if (client.connection.token !== undefined || !endsWith(error, EXIT.notAuthorized)) throw error;
    console.error('Without a token the live configuration cannot be read (MERIDIAN_TOKEN or --token).');
    return undefined;
  }
}

function endsWith(error: unknown, exitCode: ExitCode): boolean {
  return error instanceof CommandError && error.exitCode === exitCode;
}
