// How somebody signs in to NATS, and what a stack is given for it.

/** At most one of the three kinds. */
export interface NatsLogin {
  readonly token?: string;
  readonly user?: string;
  readonly password?: string;
  /** Path of a credentials file (`.creds`). */
  readonly creds?: string;
}

/** What a stack with credentials is given, and how clients sign in there. */
export interface LocalAuth {
  /** Secrets of the Worker, by name. */
  readonly secrets: Readonly<Record<string, string>>;
  readonly login: NatsLogin;
  /** How operators sign in to the system account, with an operator only. */
  readonly system?: NatsLogin;
}
