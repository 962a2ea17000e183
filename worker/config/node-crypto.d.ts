// The part of Node's module that workerd has under the flag `nodejs_compat` and that is used here.

declare module 'node:crypto' {
  export function createHash(algorithm: 'sha256'): {
    update(text: string): { digest(encoding: 'hex'): string };
  };
}
