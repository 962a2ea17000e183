// The codes by which residency rules name where clients are. Those of countries are ISO 3166-1 alpha-2, which is what
// Cloudflare reports as `request.cf.country`; three more are not countries.

/** Every country and territory of ISO 3166-1, and Kosovo, which has no code there and is reported as XK. */
export const COUNTRIES: readonly string[] = (
  'AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ ' +
  'CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR ' +
  'GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT ' +
  'JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY ' +
  'MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM ' +
  'PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV ' +
  'SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS XK YE YT ' +
  'ZA ZM ZW'
).split(' ');

/** In a rule: all countries of the European Union. */
export const EUROPEAN_UNION = 'EU';

/** Cloudflare's code for clients that come through Tor, wherever they are. */
export const TOR = 'T1';

/** Cloudflare's code for clients whose country it does not know. */
export const UNKNOWN_COUNTRY = 'XX';

/** Its members. Cloudflare marks their clients too (`isEUCountry`), but a question about a place names the country only. */
export const EU_COUNTRIES: ReadonlySet<string> = new Set(
  'AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK'.split(' '),
);

/** Countries in which nobody lives, so that a rule for one matches no client. */
export const UNINHABITED: ReadonlySet<string> = new Set(['BV', 'HM']);

const RULE_CODES = [...COUNTRIES, EUROPEAN_UNION, TOR, UNKNOWN_COUNTRY];

/** What a rule may name. A pattern, so that editors check it too. */
export const RULE_CODE_PATTERN = new RegExp(`^(?:${RULE_CODES.join('|')})$`);

/** Codes that people write who mean another one: reserved, former or three-letter ones, and languages. */
const MEANT: ReadonlyMap<string, string> = new Map([
  ['UK', 'GB'],
  ['GBR', 'GB'],
  ['USA', 'US'],
  ['DEU', 'DE'],
  ['FRA', 'FR'],
  ['UAE', 'AE'],
  ['EL', 'GR'],
  ['SP', 'ES'],
  ['JA', 'JP'],
  ['KO', 'KR'],
  ['SU', 'RU'],
  ['BU', 'MM'],
  ['TP', 'TL'],
  ['ZR', 'CD'],
  ['TOR', TOR],
  ['ZZ', UNKNOWN_COUNTRY],
  ['UNKNOWN', UNKNOWN_COUNTRY],
]);

/** The code that was probably meant by one that is unknown, if that can be told. */
export function codeMeantBy(text: string): string | undefined {
  const code = text.trim().toUpperCase();
  return RULE_CODE_PATTERN.test(code) ? code : MEANT.get(code);
}
