// The words by which programs written in Go name the processors that they were built for.

const GO_ARCH: ReadonlyMap<string, string> = new Map([
  ['x64', 'amd64'],
  ['arm64', 'arm64'],
]);

/** Go's word for one of Node's (`process.arch`); undefined for processors that workerd does not run on either. */
export function goArchOf(arch: string): string | undefined {
  return GO_ARCH.get(arch);
}
