// Asks many again and again, so that one which is slow does not delay what the others tell: what it answered last holds until
// it answers, or until whoever asks it gives up.

export class LastAnswers<T> {
  readonly #known = new Map<string, T>();
  readonly #underway = new Map<string, Promise<void>>();

  /**
   * The answers of all. One that has answered before is waited for no longer than `withinMs`, and counts as it was; it is
   * not asked again before it has answered. One that never has is waited for.
   *
   * @param ask never rejects, and ends by itself
   */
  async of(
    ids: readonly string[],
    ask: (id: string) => Promise<T>,
    withinMs: number,
  ): Promise<ReadonlyMap<string, T>> {
    for (const id of ids) if (!this.#underway.has(id)) this.#underway.set(id, this.#ask(id, ask));
    const late = Promise.withResolvers<void>();
    const timer = setTimeout(late.resolve, withinMs);
    await Promise.all(
      ids.map((id) =>
        this.#known.has(id) ? Promise.race([this.#underway.get(id), late.promise]) : this.#underway.get(id),
      ),
    );
    clearTimeout(timer);
    return new Map(ids.flatMap((id) => (this.#known.has(id) ? [[id, this.#known.get(id) as T]] : [])));
  }

  /** What was known is so no longer. */
  forget(): void {
    this.#known.clear();
  }

  async #ask(id: string, ask: (id: string) => Promise<T>): Promise<void> {
    const answer = await ask(id);
    this.#known.set(id, answer);
    this.#underway.delete(id);
  }
}
