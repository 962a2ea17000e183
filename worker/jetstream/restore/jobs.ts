// The restores and verifications that the Keeper carries out or has carried out, in its storage. Bounded.

export interface Job {
  readonly id: string;
  readonly kind: 'restore' | 'verify';
  readonly account: string;
  readonly stream: string;
  /** The name under which it is restored. */
  readonly as: string;
  readonly state: 'running' | 'done' | 'failed';
  readonly doneMessages: number;
  readonly totalMessages: number;
  readonly doneBytes: number;
  /** About: what is sent has also what is around messages. */
  readonly totalBytes: number;
  /** ms since the epoch. */
  readonly startedAt: number;
  readonly endedAt?: number;
  readonly problem?: string;
  readonly result?: string;
}

/** What a verification came to. */
export interface Verification {
  readonly account: string;
  readonly stream: string;
  /** ms since the epoch. */
  readonly at: number;
  readonly ok: boolean;
  readonly problem?: string;
}

/** Enough for a day of verifications of many streams. */
const KEPT_JOBS = 200;

/** Progress is stored this often. */
const STORED_EVERY_MS = 1_000;

export class Jobs {
  readonly #sql: SqlStorage;
  readonly #running = new Map<string, Job>();
  #storedAt = 0;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
    sql.exec(
      'CREATE TABLE IF NOT EXISTS jobs (id TEXT PRIMARY KEY, started INTEGER NOT NULL, job TEXT NOT NULL)',
    );
    sql.exec(
      'CREATE TABLE IF NOT EXISTS verifications (account TEXT, stream TEXT, result TEXT NOT NULL, PRIMARY KEY (account, stream))',
    );
  }

  begin(job: Pick<Job, 'kind' | 'account' | 'stream' | 'as'>): Job {
    const begun: Job = {
      ...job,
      id: crypto.randomUUID(),
      state: 'running',
      doneMessages: 0,
      totalMessages: 0,
      doneBytes: 0,
      totalBytes: 0,
      startedAt: Date.now(),
    };
    this.#running.set(begun.id, begun);
    this.#store(begun);
    this.#sql.exec(
      'DELETE FROM jobs WHERE id NOT IN (SELECT id FROM jobs ORDER BY started DESC LIMIT ?)',
      KEPT_JOBS,
    );
    return begun;
  }

  /** Changes a job that runs. */
  note(id: string, change: Partial<Job>): void {
    const job = this.#running.get(id);
    if (job === undefined) return;
    const changed = { ...job, ...change };
    this.#running.set(id, changed);
    const now = Date.now();
    if (now - this.#storedAt < STORED_EVERY_MS) return;
    this.#storedAt = now;
    this.#store(changed);
  }

  /** Bytes of its archive have been taken. */
  progress(id: string, bytes: number): void {
    const job = this.#running.get(id);
    if (job === undefined) return;
    const doneBytes = Math.min(job.totalBytes, job.doneBytes + bytes);
    const share = job.totalBytes === 0 ? 0 : doneBytes / job.totalBytes;
    this.note(id, { doneBytes, doneMessages: Math.floor(job.totalMessages * share) });
  }

  end(id: string, outcome: Pick<Job, 'result' | 'problem'>): void {
    const job = this.#running.get(id) ?? this.find(id);
    this.#running.delete(id);
    if (job === undefined) return;
    const isDone = outcome.problem === undefined;
    const all = isDone ? { doneMessages: job.totalMessages, doneBytes: job.totalBytes } : {};
    this.#store({ ...job, ...all, ...outcome, state: isDone ? 'done' : 'failed', endedAt: Date.now() });
  }

  find(id: string): Job | undefined {
    return this.#running.get(id) ?? this.#read('SELECT job FROM jobs WHERE id = ?', id)[0];
  }

  /** The newest first. */
  list(): readonly Job[] {
    const stored = this.#read('SELECT job FROM jobs ORDER BY started DESC, rowid DESC');
    return stored.map((job) => this.#running.get(job.id) ?? job);
  }

  /** Jobs that an earlier life of this object has left unfinished. */
  abandoned(): readonly Job[] {
    return this.list().filter(({ id, state }) => state === 'running' && !this.#running.has(id));
  }

  get isBusy(): boolean {
    return this.#running.size > 0;
  }

  verified(verification: Verification): void {
    const { account, stream } = verification;
    this.#sql.exec(
      'INSERT OR REPLACE INTO verifications VALUES (?, ?, ?)',
      account,
      stream,
      JSON.stringify(verification),
    );
  }

  /** The backup is gone. */
  forgetVerification({ account, stream }: Pick<Verification, 'account' | 'stream'>): void {
    this.#sql.exec('DELETE FROM verifications WHERE account = ? AND stream = ?', account, stream);
  }

  /** The last of each stream. */
  verifications(): readonly Verification[] {
    const rows = this.#sql.exec<{ result: string }>(
      'SELECT result FROM verifications ORDER BY account, stream',
    );
    return [...rows].map(({ result }) => JSON.parse(result) as Verification);
  }

  #store(job: Job): void {
    this.#sql.exec(
      'INSERT OR REPLACE INTO jobs VALUES (?, ?, ?)',
      job.id,
      job.startedAt,
      JSON.stringify(job),
    );
  }

  #read(query: string, ...bindings: readonly string[]): readonly Job[] {
    return [...this.#sql.exec<{ job: string }>(query, ...bindings)].map(({ job }) => JSON.parse(job) as Job);
  }
}
