// Secrets of a store, from the environment only. With two stores of a kind each may have its own: `R2_ACCESS_KEY_ID_FROM`
// stands before `R2_ACCESS_KEY_ID` for the store of `--from`.

/** A variable of the environment; undefined if it is absent or empty. */
export type Secrets = (name: string) => string | undefined;

/** Which of two stores it is. */
export type Side = 'from' | 'to';

export function secretsOf(
  env: Readonly<Record<string, string | undefined>>,
  side?: Side | undefined,
): Secrets {
  return (name) => {
    const own = side === undefined ? undefined : env[`${name}_${side.toUpperCase()}`];
    return own || env[name] || undefined;
  };
}
