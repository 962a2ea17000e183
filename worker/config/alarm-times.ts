// An object has one alarm. Here it wakes the object for several purposes, each at its own time.

const TIMES_KEY = 'alarms';

/** Why the ConfigStore wakes: the newest version is to be written to KV, or something to the bucket of backups. */
const PURPOSES = ['publish', 'backup'] as const;
export type Purpose = (typeof PURPOSES)[number];

type Times = { readonly [purpose in Purpose]?: number };

export class AlarmTimes {
  readonly #storage: DurableObjectStorage;

  constructor(storage: DurableObjectStorage) {
    this.#storage = storage;
  }

  /** When it wakes for this purpose, in ms since the epoch; undefined if it does not. */
  get(purpose: Purpose): number | undefined {
    return this.#times()[purpose];
  }

  /**
   * Wakes the object at this time (ms since the epoch), in place of any other time for this purpose. What the caller
   * stores in the same turn is stored together with it or not at all.
   */
  set(purpose: Purpose, at: number): Promise<void> {
    return this.#store({ ...this.#times(), [purpose]: at });
  }

  /** As `set`, unless it wakes earlier for this purpose anyway. */
  async sooner(purpose: Purpose, at: number): Promise<void> {
    if ((this.get(purpose) ?? Number.POSITIVE_INFINITY) > at) await this.set(purpose, at);
  }

  async clear(purpose: Purpose): Promise<void> {
    const { [purpose]: time, ...rest } = this.#times();
    if (time !== undefined) await this.#store(rest);
  }

  /**
   * The alarm has fired: for what. Those purposes are forgotten, and the alarm is set for the others. An alarm that an
   * earlier version set, or one that fires once more after a reset, has no times: it is for all purposes.
   */
  ring(now: number): ReadonlySet<Purpose> {
    const times = this.#times();
    const all = Object.values(times);
    if (all.length === 0) return new Set(PURPOSES);
    // The platform may fire it slightly early.
    const until = Math.max(now, Math.min(...all));
    const due = PURPOSES.filter((purpose) => (times[purpose] ?? Number.POSITIVE_INFINITY) <= until);
    const rest = Object.entries(times).filter(([, at]) => at > until);
    void this.#store(Object.fromEntries(rest));
    return new Set(due);
  }

  #times(): Times {
    return this.#storage.kv.get<Times>(TIMES_KEY) ?? {};
  }

  #store(times: Times): Promise<void> {
    this.#storage.kv.put(TIMES_KEY, times);
    const all = Object.values(times);
    return all.length === 0 ? this.#storage.deleteAlarm() : this.#storage.setAlarm(Math.min(...all));
  }
}
