declare module 'virtual:coast-line' {
  /** Packed rings: see geo/packed-lines.ts. */
  export const land: string;
  /** Packed lines. */
  export const borders: string;
}

declare module '*.css' {}
