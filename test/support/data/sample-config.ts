// Configurations for the tests of this folder.

/** A region as somebody would write it, with the fields that have no default and those given. */
export function region(id: string, more: Record<string, unknown> = {}): Record<string, unknown> {
  return { id, hint: id, placement: ['WEUR'], latitude: 46, longitude: -0.4, ...more };
}

/** A configuration with these regions. */
export function fileOf(...regions: unknown[]): { regions: unknown[] } {
  return { regions };
}
