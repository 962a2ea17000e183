// What a check of the image is, and what it works with.

import type { EngineCommand } from '../../local/image/engine-command.ts';
import { waitFor } from '../../waiting/wait-for.ts';
import { RawClient } from '../support/container/raw-client.ts';
import { CLIENT_PORT, type ContainerOptions, ImageContainer } from './image-container.ts';

export interface Check {
  /** A sentence about the image. */
  readonly name: string;
  /** Variables of entrypoint.sh whose effect it sees. */
  readonly covers?: readonly string[];
  /** Resolves with what was seen, for the table; rejects when the sentence is not true. */
  readonly run: (image: ImageUnderTest) => Promise<string>;
}

/** Of each server that starts: what a check does not say otherwise. */
const ENVIRONMENT = { NATS_SERVER_NAME: 'nats-weur', NATS_TOKEN: 't0ken' };

/** The token of a server whose check says nothing of credentials. */
export const TOKEN = ENVIRONMENT.NATS_TOKEN;

/** The image, as containers that last no longer than the check that starts them. */
export class ImageUnderTest {
  readonly engine: EngineCommand;
  readonly tag: string;
  readonly #signal: AbortSignal | undefined;

  constructor(engine: EngineCommand, tag: string, signal?: AbortSignal) {
    this.engine = engine;
    this.tag = tag;
    this.#signal = signal;
  }

  /** A container that the engine has started. */
  run(options: ContainerOptions = {}): Promise<ImageContainer> {
    const env = { ...ENVIRONMENT, ...options.env };
    return ImageContainer.run(this.engine, this.tag, { ...options, env }, this.#signal);
  }

  /** A container whose server takes clients. */
  async serve(options: ContainerOptions = {}): Promise<ImageContainer> {
    const container = await this.run(options);
    try {
      await serving(container, options.ports?.[0]);
      return container;
    } catch (error) {
      await container[Symbol.asyncDispose]();
      throw error;
    }
  }
}

/** Waits until the server greets clients: a published port takes connections before anything listens behind it. */
export async function serving(container: ImageContainer, port = CLIENT_PORT): Promise<void> {
  await container.logged(/Server is ready/);
  const published = await container.port(port);
  await waitFor('the greeting of the server', { timeoutMs: 30_000 }, async () => {
    const client = await RawClient.open(published);
    client.close();
    return true;
  });
}

/** Opens a client of TCP, with these credentials; whether it was let in. */
export async function connect(
  container: ImageContainer,
  credentials: Readonly<Record<string, string>> = { auth_token: TOKEN },
): Promise<{ readonly client: RawClient; readonly accepted: boolean }> {
  const client = await RawClient.open(await container.port(CLIENT_PORT));
  return { client, accepted: await client.connect(credentials) };
}
