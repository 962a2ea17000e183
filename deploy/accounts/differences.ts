// What of the files is not yet so. Only what a file names is compared, so what others have set beside it stays. Pure.

export interface Difference {
  /** With points, as "limits.conn". */
  readonly path: string;
  readonly from: unknown;
  readonly to: unknown;
}

/** Objects field by field, all else (lists too) as a whole. */
export function differences(actual: unknown, wanted: unknown, path = ''): readonly Difference[] {
  if (isObject(wanted) && isObject(actual))
    return Object.entries(wanted).flatMap(([key, value]) =>
      differences(actual[key], value, path === '' ? key : `${path}.${key}`),
    );
  return JSON.stringify(actual) === JSON.stringify(wanted) ? [] : [{ path, from: actual, to: wanted }];
}

export function differenceText({ path, from, to }: Difference): string {
  const of = (value: unknown) => (value === undefined ? 'nothing' : JSON.stringify(value));
  return `${path}: ${of(from)} -> ${of(to)}`;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
