// The part of ws by which frames are made; its published types leave it out.

import type {} from 'ws';

declare module 'ws' {
  export interface FrameOptions {
    readonly fin: boolean;
    readonly opcode: number;
    readonly mask: boolean;
    /** Writes the mask's four bytes; with zeros the payload is left as it is. */
    readonly generateMask: (mask: Buffer) => void;
    /** The payload must not be changed. */
    readonly readOnly: boolean;
  }

  export const Sender: {
    /** Header and payload. */
    frame(payload: Buffer, options: FrameOptions): Buffer[];
  };
}
