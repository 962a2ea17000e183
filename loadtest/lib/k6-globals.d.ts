// What k6 2 has as globals and @types/k6 does not know.

declare class TextEncoder {
  encode(text?: string): Uint8Array<ArrayBuffer>;
}

declare class TextDecoder {
  constructor(label?: string, options?: { readonly fatal?: boolean; readonly ignoreBOM?: boolean });
  decode(bytes?: ArrayBuffer | ArrayBufferView): string;
}

declare const console: Record<'log' | 'info' | 'warn' | 'error', (...values: readonly unknown[]) => void>;
