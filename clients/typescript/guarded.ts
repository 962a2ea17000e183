// Functions of who uses the client: what they throw, at once or later, is no failure of the client.

export function guarded(callback: () => unknown, failed: (cause: unknown) => void): void {
  try {
    // It may be async, although nobody waits for it.
    void Promise.resolve(callback()).catch(failed);
  } catch (cause) {
    failed(cause);
  }
}
