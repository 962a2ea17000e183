// Clients that connect one after the other, and leave again, while credentials are changed: who is refused, and why.

import { AuthorizationError } from '@nats-io/nats-core';
import mqtt, { type MqttClient } from 'mqtt';
import { waitFor } from '../../waiting/wait-for.ts';
import { connectFrom } from './client.ts';
import { cfOf, type Place, standingIn } from './data/places.ts';

/** The edge restarts with the secrets, which takes it seconds on a busy machine; a client tries again meanwhile. */
const CONNECTED_WITHIN_MS = 30_000;

/** MQTT's own code, of version 3.1.1. */
const NOT_AUTHORIZED = 5;

export type Login = { readonly token: string } | { readonly user: string; readonly pass: string };

/** Connects, and leaves again. */
export type Arrive = (login: Login) => Promise<void>;

export function arriveOverNats(url: string, place: Place): Arrive {
  return async (login) => {
    await using client = await connectFrom(url, place, { ...login, name: 'arrival' });
    await client.nats.flush();
  };
}

/** Of a user: a token that users are beside is not taken. */
export function arriveOverMqtt(url: string, place: Place): Arrive {
  return async (login) => (await mqttClient(url, place, login)).endAsync(true);
}

/** One that stays. @param clientId default: any */
export async function mqttClient(
  url: string,
  place: Place,
  login: Login,
  clientId?: string,
): Promise<MqttClient> {
  const signIn =
    'token' in login ? { password: login.token } : { username: login.user, password: login.pass };
  const client = mqtt.connect(`${url.replace('http', 'ws')}/mqtt`, {
    ...{ ...signIn, protocolVersion: 4, reconnectPeriod: 250, connectTimeout: 10_000 },
    ...(clientId !== undefined && { clientId }),
    wsOptions: { headers: standingIn(cfOf(place)) },
  });
  return new Promise((resolve, reject) => {
    const failed = (error: Error) => {
      client.end(true);
      reject(error);
    };
    client.once('error', failed);
    client.once('connect', () => {
      client.off('error', failed);
      // A server that goes away is one; it connects again by itself.
      client.on('error', () => undefined);
      resolve(client);
    });
  });
}

export function isNotAuthorized(error: unknown): boolean {
  return (
    error instanceof AuthorizationError || (error as { readonly code?: unknown }).code === NOT_AUTHORIZED
  );
}

export class Arrivals {
  /** What they sign in with. */
  login: Login;
  connected = 0;
  readonly refused: string[] = [];
  readonly #ways: Readonly<Record<string, Arrive>>;
  /** What each of them signs in with at this moment. */
  readonly #trying = new Map<string, Login>();
  readonly #running: Promise<unknown>;
  #isOver = false;
  #edgeRestarts = false;

  /** @param ways each in a loop of its own, by what it is called */
  constructor(login: Login, ways: Readonly<Record<string, Arrive>>) {
    this.login = login;
    this.#ways = ways;
    this.#running = Promise.all(Object.keys(ways).map((way) => this.#arrive(way)));
  }

  async #arrive(way: string): Promise<void> {
    while (!this.#isOver) {
      const { login } = this;
      const since = Date.now();
      this.#trying.set(way, login);
      let failures = 0;
      await waitFor('a client to connect', { timeoutMs: CONNECTED_WITHIN_MS, pollMs: 50 }, async () => {
        try {
          await this.#ways[way]?.(login);
          this.connected += 1;
          return true;
        } catch (error) {
          failures = this.#edgeRestarts ? 0 : failures + 1;
          if (!isNotAuthorized(error) && failures < 2) return false;
          const ms = Date.now() - since;
          this.refused.push(`${Object.keys(login)[0]} at ${way} after ${ms} ms: ${String(error)}`);
          return true;
        }
      });
    }
  }

  /** From now on they sign in with this; resolves once nobody is still about to with another. */
  async change(login: Login): Promise<void> {
    this.login = login;
    await waitFor('all that arrive to have changed', { timeoutMs: CONNECTED_WITHIN_MS }, () =>
      [...this.#trying.values()].every((each) => each === login),
    );
  }

  /**
   * Runs a command that changes the edge's secrets: a local stack starts its Worker anew with them, and is not there meanwhile. At
   * any other time, also while servers restart, two attempts in a row that fail are a refusal, whatever the reason.
   */
  async whileEdgeRestarts<T>(work: () => Promise<T>): Promise<T> {
    this.#edgeRestarts = true;
    try {
      return await work();
    } finally {
      const { connected } = this;
      await waitFor(
        'clients after the edge',
        { timeoutMs: CONNECTED_WITHIN_MS },
        () => this.connected > connected + 2,
      );
      this.#edgeRestarts = false;
    }
  }

  async end(): Promise<void> {
    this.#isOver = true;
    await this.#running;
  }
}
