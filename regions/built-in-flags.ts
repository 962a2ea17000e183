// The flags that Meridian itself reads. What stands behind one is on for everybody, unless the configuration has a flag of
// its name: that one then says for whom.

/** By name: what it is about. */
export const BUILT_IN_FLAGS = {
  'wait-for-busy-regions':
    'a region that does not answer, but meanwhile takes other clients, is waited for longer before the next one is dialled',
} as const;

export type BuiltInFlag = keyof typeof BUILT_IN_FLAGS;

export function isBuiltIn(name: string): name is BuiltInFlag {
  return Object.hasOwn(BUILT_IN_FLAGS, name);
}
