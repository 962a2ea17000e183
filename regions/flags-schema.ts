// The part of the schema of regions.json that is the table of feature flags: by its name, for whom each is on.

import * as v from 'valibot';
import { RULE_CODE_PATTERN } from './countries.ts';

/** Each is evaluated for whoever asks for all of them. */
const MOST_FLAGS = 100;

const MOST_NAME_CHARACTERS = 64;

/** Many a header has a list of this kind in mind; longer ones belong into the program that reads the flag. */
const MOST_VALUES = 50;

/** Objects have a `constructor` and a `prototype` in JavaScript, flags or not. */
export const FLAG_NAME_PATTERN = /^(?!(constructor|prototype)$)(?=.{1,64}$)[a-z][a-z0-9]*(-[a-z0-9]+)*$/;
export const FLAG_NAME_FORM = `a name of at most ${MOST_NAME_CHARACTERS} lowercase letters and digits in words joined by single hyphens, starting with a letter, such as "new-search"`;

/**
 * Headers that programs set for a purpose of theirs, and two that say what a program or a page is. None that carries
 * credentials: a flag would tell whether a guess at them is right.
 */
const HEADER_PATTERN =
  /^(?!(.*-)?(auth|authorization|authentication|cookie|token|secret|key|apikey|jwt|password|signature|assertion)(-|$))(x-[a-z0-9-]{1,62}|user-agent|origin)$/;
const HEADER_FORM =
  'a header in lowercase that begins with "x-", or "user-agent" or "origin", and none that carries credentials';

/** Visible, and without the comma that joins the values of a header that is sent twice. */
const VALUE_PATTERN = /^[!-+\--~]([ -+\--~]*[!-+\--~])?$/;

const COLO_PATTERN = /^[A-Z]{3}$/;

const list = <T extends v.GenericSchema<string>>(item: T, most: number, text: string) =>
  v.exactOptional(v.pipe(v.array(item), v.minLength(1), v.maxLength(most), v.description(text)));

export const FlagSchema = v.strictObject({
  on: v.optional(
    v.pipe(
      v.boolean(),
      v.description('Whether it is on for those that the other fields name. Otherwise it is off for all.'),
    ),
    false,
  ),
  percent: v.exactOptional(
    v.pipe(
      v.number(),
      v.minValue(0),
      v.maxValue(100),
      v.description(
        'For how many percent of them, always the same ones first: turning it up only adds clients. Absent: for all of them.',
      ),
    ),
  ),
  countries: list(
    v.pipe(v.string(), v.regex(RULE_CODE_PATTERN)),
    300,
    'Only for clients from these countries: ISO 3166 codes such as "DE", "EU" for the European Union, "T1" for Tor, "XX" for clients whose country is unknown.',
  ),
  colos: list(
    v.pipe(v.string(), v.regex(COLO_PATTERN, 'the code of a data center, such as "SYD"')),
    400,
    'Only for clients that enter at these data centers, by their codes, such as "SYD".',
  ),
  header: v.exactOptional(
    v.pipe(
      v.string(),
      v.regex(HEADER_PATTERN, HEADER_FORM),
      v.description(
        'Only for requests with this header: one that begins with "x-", or "user-agent" or "origin". Clients may send what they like, so it is no permission.',
      ),
    ),
  ),
  headerValues: list(
    v.pipe(
      v.string(),
      v.maxLength(200),
      v.regex(VALUE_PATTERN, 'text in ASCII without commas or spaces around it'),
    ),
    MOST_VALUES,
    'Only if the header has one of these values. Absent: any. Needs header.',
  ),
});

/** For whom a flag is on. */
export type FlagConfig = v.InferOutput<typeof FlagSchema>;

export const FlagsSchema = v.pipe(
  v.record(v.pipe(v.string(), v.regex(FLAG_NAME_PATTERN, FLAG_NAME_FORM)), FlagSchema),
  v.maxEntries(MOST_FLAGS),
);
