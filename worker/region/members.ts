// The members of a region, as the region's own object keeps them: which are wanted, what each says of itself, and that
// each is told. A member is an object of the same class, with a container of its own; how many there are to be is decided
// by scaling.ts.

import type { RegionConfig } from '../../regions/config.ts';
import { memberConfig } from '../../regions/servers.ts';
import type { ServerObservation } from '../../routing/observation.ts';
import type { ScalingAction, SeenServer, ServerState } from '../../scaling/decision.ts';
import { withTimeout } from '../../waiting/with-timeout.ts';
import type { TrafficSample } from '../forecast/traffic.ts';
import { messageOf } from '../message-of.ts';
import type { LetGo, LetGoAnswer } from './client-mover.ts';
import { type CredentialReport, SILENT } from './credential-report.ts';
import type { RegionMethods } from './region-stub.ts';
import type { RegionStatus } from './status.ts';

export type MemberStub = Pick<
  RegionMethods,
  'configure' | 'status' | 'halt' | 'traffic' | 'letGo' | 'credentials'
>;

export interface MembersHost {
  stub(number: number): MemberStub;
  /** The region's configuration as it is now, and its version. */
  region(): RegionConfig;
  version(): number;
  /** Whether the region is out of service, and all of its servers with it. */
  isOut(): boolean;
  /** For how long one that is taken out of service still keeps its clients, so that Workers learn of it. */
  settleSeconds(): number;
  readonly kv: {
    get(key: string): Kept | undefined;
    put(key: string, kept: Kept): void;
  };
  /** A member has come up this long after it was told to. */
  noteStart(ms: number): void;
}

/** Numbers of members. */
interface Kept {
  /** To be in service. */
  readonly wanted: readonly number[];
  /** Out of service, and perhaps still with clients. */
  readonly leaving: readonly number[];
}

/** What a member said last. */
export interface SeenMember {
  readonly number: number;
  /** Undefined if it never answered. */
  readonly status: RegionStatus | undefined;
  readonly isHeard: boolean;
}

const KEY = 'members';

/** A member that does not answer for this long does not answer. */
const TIMEOUT_MS = 2_000;

/** How long what they said is used again without asking. */
const VALID_MS = 1_000;

/** One that is not as it was told to be is told again after this. */
const TELL_AGAIN_MS = 10_000;

/** One that is being started again for longer than this is not counted on. */
const FAILED_AFTER_MS = 30_000;

export class Members {
  readonly #host: MembersHost;
  readonly #last = new Map<number, RegionStatus>();
  /** How many clients were sent to each since it was asked last. */
  readonly #sent = new Map<number, number>();
  readonly #toldAt = new Map<number, number>();
  readonly #startedAt = new Map<number, number>();
  #asking: { readonly at: number; readonly answer: Promise<readonly SeenMember[]> } | undefined;

  constructor(host: MembersHost) {
    this.#host = host;
  }

  get #kept(): Kept {
    return this.#host.kv.get(KEY) ?? { wanted: [], leaving: [] };
  }

  get #all(): readonly number[] {
    const { wanted, leaving } = this.#kept;
    return [...wanted, ...leaving].toSorted((a, b) => a - b);
  }

  /** Those that took clients when they were asked last, with how full they are by now as far as is known; asks nobody. */
  get standing(): readonly ServerObservation[] {
    return this.#kept.wanted.flatMap((number) => {
      const { state, clients = 0, maxClients = 0 } = this.#last.get(number) ?? {};
      const known = clients + (this.#sent.get(number) ?? 0);
      return state === 'up' ? [{ number, clients: known, maxClients: Math.max(1, maxClients) }] : [];
    });
  }

  /** Their numbers, the emptiest first, for a client that is sent to the first of them: those that follow spread. */
  nameFor(): readonly number[] {
    const numbers = this.standing
      .toSorted((a, b) => a.clients / a.maxClients - b.clients / b.maxClients)
      .map(({ number }) => number);
    const [first] = numbers;
    if (first !== undefined) this.#sent.set(first, (this.#sent.get(first) ?? 0) + 1);
    return numbers;
  }

  /** All that are not stopped. Many may ask at the same time: one answer serves all for a second. Never rejects. */
  seen(): Promise<readonly SeenMember[]> {
    const now = Date.now();
    if (this.#asking === undefined || now - this.#asking.at >= VALID_MS)
      this.#asking = { at: now, answer: this.#ask() };
    return this.#asking.answer;
  }

  /** Carries out a decision. */
  async apply(action: ScalingAction): Promise<void> {
    const { wanted, leaving } = this.#kept;
    if (action.kind === 'none') return;
    const started = action.kind === 'start' ? action.servers : [];
    const drained = action.kind === 'drain' ? [action.server] : [];
    this.#keep({
      wanted: [
        ...wanted.filter((number) => !drained.includes(number) && !started.includes(number)),
        ...started,
      ],
      leaving: [...leaving.filter((number) => !started.includes(number)), ...drained],
    });
    for (const number of started) this.#startedAt.set(number, Date.now());
    await Promise.all([...started, ...drained].map((number) => this.#tell(number)));
  }

  /** Tells all of them the region's configuration as it is now. */
  async tell(): Promise<void> {
    await Promise.all(this.#all.map((number) => this.#tell(number)));
  }

  /** Has one of them move clients; undefined if it does not answer. */
  letGo(number: number, order: LetGo): Promise<LetGoAnswer | undefined> {
    return this.#quietly(number, (stub) => stub.letGo(order));
  }

  /** Stops the servers of all of them now. */
  async halt(): Promise<void> {
    await Promise.all(this.#all.map((number) => this.#quietly(number, (stub) => stub.halt())));
  }

  async traffic(): Promise<readonly TrafficSample[]> {
    const all = this.#all.map((number) => this.#quietly(number, (stub) => stub.traffic()));
    return (await Promise.all(all)).flatMap((samples) => samples ?? []);
  }

  /** Of all: of one that does not answer anything may be true. */
  async credentials(): Promise<readonly CredentialReport[]> {
    const all = this.#all.map((number) => this.#quietly(number, (stub) => stub.credentials()));
    return (await Promise.all(all)).map((report) => report ?? SILENT);
  }

  async #ask(): Promise<readonly SeenMember[]> {
    const seen = await Promise.all(
      this.#all.map(async (number): Promise<SeenMember> => {
        const status = await this.#quietly(number, (stub) => stub.status());
        if (status !== undefined) {
          this.#last.set(number, status);
          this.#sent.delete(number);
        }
        return { number, status: status ?? this.#last.get(number), isHeard: status?.clients !== undefined };
      }),
    );
    for (const { number, status } of seen) this.#compare(number, status);
    const known = new Set(this.#all);
    return seen.filter(({ number }) => known.has(number));
  }

  /** A message that was lost is repeated; one that has left is forgotten. */
  #compare(number: number, status: RegionStatus | undefined): void {
    if (status === undefined) return;
    const { wanted, leaving } = this.#kept;
    const isWanted = wanted.includes(number);
    if (!isWanted && status.state === 'asleep') {
      this.#keep({ wanted, leaving: leaving.filter((each) => each !== number) });
      return;
    }
    const startedAt = this.#startedAt.get(number);
    if (status.state === 'up' && startedAt !== undefined) {
      this.#startedAt.delete(number);
      this.#host.noteStart(Date.now() - startedAt);
    }
    const isIn = status.state === 'up' || status.state === 'starting' || status.state === 'down';
    const isAsTold = isIn === (isWanted && !this.#host.isOut());
    if (!isAsTold && Date.now() - (this.#toldAt.get(number) ?? 0) > TELL_AGAIN_MS) void this.#tell(number);
  }

  async #tell(number: number): Promise<void> {
    this.#toldAt.set(number, Date.now());
    const { region, version, settleSeconds, isOut } = this.#host;
    const out = isOut() || !this.#kept.wanted.includes(number);
    const config = memberConfig(region(), number, out);
    await this.#quietly(number, (stub) => stub.configure(config, version(), settleSeconds()));
  }

  #keep(kept: Kept): void {
    this.#host.kv.put(KEY, kept);
    this.#asking = undefined;
  }

  async #quietly<T>(number: number, call: (stub: MemberStub) => Promise<T>): Promise<T | undefined> {
    try {
      const late = `it did not answer within ${TIMEOUT_MS} ms`;
      return await withTimeout(call(this.#host.stub(number)), TIMEOUT_MS, late);
    } catch (error) {
      console.warn(`member ${number} of ${this.#host.region().id}: ${messageOf(error)}`);
      return undefined;
    }
  }
}

/** A member as the decision sees it. */
export function serverOf({ number, status, isHeard }: SeenMember, now: number): SeenServer {
  const clients = status?.clients;
  return { number, state: stateOf(status, now), clients, isHeard };
}

function stateOf(status: RegionStatus | undefined, now: number): ServerState {
  switch (status?.state) {
    case 'up':
      return 'up';
    case 'draining':
    case 'stopping':
      return 'draining';
    case 'down':
      return now - status.since > FAILED_AFTER_MS ? 'failed' : 'starting';
    // Told to start, and has not begun.
    default:
      return 'starting';
  }
}
