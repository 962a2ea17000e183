import type { Words } from '../words/you.ts';

/** A sentence of which some parts stand out. */
export function Sentence({ words }: { readonly words: readonly Words[] }) {
  return <>{words.map(({ text, strong }, n) => (strong ? <strong key={n}>{text}</strong> : text))}</>;
}
