// What a load would cost elsewhere: the form of the answer.

export interface Alternative {
  readonly name: string;
  /** null: there is no list price for such a load. */
  readonly dollars: number | null;
  /** What is counted, and what it is without. */
  readonly what: string;
}
