// Names of what is compared; workerd/worker.ts has what each does. A separate file, so that only the Worker loads that.

export const CONTESTANTS = ['without hedge', 'without hedge, again', 'hand-off'] as const;

/** What the others are compared with. It runs twice: the second shows what differs by chance. */
export const CONTROL = 'without hedge' satisfies (typeof CONTESTANTS)[number];
