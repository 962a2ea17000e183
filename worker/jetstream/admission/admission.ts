// Which JetStream server may start with its empty disk. Pure.

/** Whether it may start; if not, why. */
export type StartAnswer = { readonly mayStart: true } | { readonly mayStart: false; readonly why: string };
