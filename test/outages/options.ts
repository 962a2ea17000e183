// What the options of the command may say. Each function makes a parser for commander.

import { InvalidArgumentError } from 'commander';

/** A list of known words, such as `killed,hung`. */
export function listOf<T extends string>(known: readonly T[]): (text: string) => readonly T[] {
  return (text) =>
    text.split(',').map((word) => {
      const found = known.find((one) => one === word.trim());
      if (found === undefined)
        throw new InvalidArgumentError(`There is no "${word}"; there are ${known.join(', ')}.`);
      return found;
    });
}

/** Whole numbers from 1 on: `3`, `1,3,5`, `1..5`. */
export function rangeOf(most: number): (text: string) => readonly number[] {
  return (text) =>
    text.split(',').flatMap((part) => {
      const [first = '', last = first, ...more] = part.split('..');
      const [from, to] = [Number(first), Number(last)];
      const isRange = Number.isInteger(from) && Number.isInteger(to) && more.length === 0;
      if (!isRange || from < 1 || to < from || to > most)
        throw new InvalidArgumentError(`"${part}" is no range of 1 to ${most}, such as 3 or 1..${most}.`);
      return Array.from({ length: to - from + 1 }, (_, index) => from + index);
    });
}

export function numberOf(least: number): (text: string) => number {
  return (text) => {
    const number = Number(text);
    if (text.trim() === '' || !Number.isFinite(number) || number < least)
      throw new InvalidArgumentError(`Should be a number, ${least} or more.`);
    return number;
  };
}
