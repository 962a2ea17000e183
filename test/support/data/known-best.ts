// Places and the region that is best for them over the public Internet where that is well known, with the reason.
// From cable maps and transit habits, by the author of links.ts: it protects the intentions of the model, but is no
// evidence that it is right.

/** A place; the best of the nine location hints; the best of the six that place containers. `|`: either will do. */
export interface KnownBest {
  readonly place: string;
  readonly latitude: number;
  readonly longitude: number;
  readonly ofNine: string;
  readonly ofSix: string;
  readonly why: string;
}

/** Where the hints' hosts usually are. */
export const NINE_REGIONS = [
  { id: 'wnam', latitude: 37.4, longitude: -122 },
  { id: 'enam', latitude: 39, longitude: -77.5 },
  { id: 'sam', latitude: -23.5, longitude: -46.6 },
  { id: 'weur', latitude: 51.5, longitude: -0.1 },
  { id: 'eeur', latitude: 52.2, longitude: 21 },
  { id: 'apac', latitude: 1.3, longitude: 103.8 },
  { id: 'oc', latitude: -33.9, longitude: 151.2 },
  { id: 'afr', latitude: -26.2, longitude: 28 },
  { id: 'me', latitude: 25.3, longitude: 55.3 },
] as const;

/** The default configuration's regions. */
export const SIX_REGIONS = [
  { id: 'wnam', latitude: 38.8, longitude: -112.5 },
  { id: 'enam', latitude: 36.3, longitude: -80.9 },
  { id: 'weur', latitude: 46, longitude: -0.4 },
  { id: 'eeur', latitude: 51.6, longitude: 13.6 },
  { id: 'apac', latitude: 27.1, longitude: 122.9 },
  { id: 'oc', latitude: -34.5, longitude: 155.8 },
] as const;

const ROWS = `
Mumbai 19.08 72.88 apac apac ISPs meet Gulf carriers in Singapore or Europe
New Delhi 28.61 77.21 apac apac as Mumbai
Chennai 13.08 80.27 apac apac cables land here from Singapore
Bengaluru 12.97 77.59 apac apac by Chennai
Kolkata 22.57 88.36 apac apac by Chennai
Dhaka 23.81 90.41 apac apac SEA-ME-WE 4 and 5 to Singapore
Colombo 6.93 79.86 apac apac on the cables to Singapore
Kathmandu 27.72 85.32 apac apac buys from India
Karachi 24.86 67.01 me weur cables to Fujairah and Marseille, none to India
Lahore 31.55 74.34 me weur by Karachi, not by Delhi
Lagos 6.52 3.38 weur weur cables to Lisbon and London; Johannesburg mostly by London
Accra 5.6 -0.19 weur weur as Lagos
Abidjan 5.35 -4.02 weur weur as Lagos
Dakar 14.69 -17.45 weur weur Lisbon and Paris are near
Douala 4.05 9.7 weur weur as Lagos
Casablanca 33.57 -7.59 weur weur to Madrid and Marseille
Algiers 36.75 3.06 weur weur to Marseille
Tunis 36.81 10.18 weur weur to Marseille and Italy
Cairo 30.04 31.24 weur|eeur weur cables to Marseille, little handed over in the Gulf
Nairobi -1.29 36.82 afr weur terrestrial and EASSy to South Africa; to Asia by Europe
Kampala 0.35 32.58 afr weur by Nairobi
Dar es Salaam -6.79 39.21 afr weur as Nairobi
Luanda -8.84 13.23 afr weur WACS to Cape Town
Lusaka -15.39 28.32 afr weur by road to Johannesburg
Cape Town -33.92 18.42 afr weur WACS and Equiano to Lisbon and London
Johannesburg -26.2 28.04 afr weur without an African region Europe beats Asia
Antananarivo -18.88 47.51 afr weur by South Africa
Tbilisi 41.69 44.83 eeur eeur across the Black Sea and by Turkey
Yerevan 40.18 44.51 eeur eeur by Georgia
Baku 40.41 49.87 eeur eeur by Russia and Georgia
Almaty 43.22 76.85 eeur eeur by Moscow
Tashkent 41.3 69.24 eeur eeur by Moscow
Bishkek 42.87 74.59 eeur eeur by Almaty
Baghdad 33.31 44.37 eeur|weur eeur|weur by Turkey
Erbil 36.19 44.01 eeur|weur eeur|weur by Turkey
Tel Aviv 32.09 34.78 eeur|weur eeur|weur cables to Marseille and Italy; none to the Gulf
Nicosia 35.19 33.38 eeur|weur eeur|weur cables to Marseille and Athens
Beirut 33.89 35.5 eeur|weur eeur|weur IMEWE to Marseille
Istanbul 41.01 28.98 eeur eeur by Sofia and Vienna
Riyadh 24.71 46.68 me weur on land to Dubai
Doha 25.29 51.53 me weur on land and by sea to Dubai
Muscat 23.59 58.41 me weur on land to Dubai
Kuwait City 29.38 47.98 me weur on land to Dubai
Novosibirsk 55.01 82.94 eeur eeur one trunk along the railway to Moscow
Irkutsk 52.29 104.3 eeur eeur as Novosibirsk
Vladivostok 43.12 131.89 eeur|apac apac|eeur most of it by Moscow, a little by Japan
Ulaanbaatar 47.92 106.92 apac|eeur apac between Moscow and Hong Kong
Bogota 4.61 -74.08 enam enam to Miami
Caracas 10.49 -66.88 enam enam to Miami
Quito -0.23 -78.52 enam enam to Miami
Lima -12.04 -77.03 enam|sam enam meets its neighbours in Miami
Panama City 8.99 -79.52 enam enam to Miami
San Jose CR 9.93 -84.08 enam enam to Miami
Guatemala City 14.63 -90.51 enam enam to Miami
Santo Domingo 18.47 -69.9 enam enam to Miami
San Juan 18.47 -66.11 enam enam to Miami
Port of Spain 10.67 -61.52 enam enam to Miami
Santiago -33.46 -70.65 sam enam by Buenos Aires; else to Miami
Buenos Aires -34.61 -58.38 sam enam to Sao Paulo; else to Miami
La Paz -16.5 -68.15 sam enam by Santiago and Santa Cruz
Fortaleza -3.72 -38.54 sam enam to Sao Paulo; else to Miami
Mexico City 19.43 -99.13 enam|wnam enam|wnam to Dallas and Los Angeles
Tijuana 32.53 -117.02 wnam wnam by San Diego
Denver 39.74 -104.98 wnam wnam to Salt Lake City and California
Dallas 32.78 -96.8 enam|wnam enam|wnam between the coasts
Chicago 41.88 -87.63 enam enam to New York and Ashburn
Winnipeg 49.88 -97.15 enam enam|wnam by Minneapolis
Calgary 51.05 -114.09 wnam wnam by Seattle
Honolulu 21.31 -157.86 wnam wnam cables to California
Anchorage 61.22 -149.9 wnam wnam cables to Seattle
Auckland -36.85 174.76 oc oc to Sydney
Perth -31.95 115.86 oc|apac oc across the continent, or by sea to Singapore
Noumea -22.28 166.46 oc oc Gondwana-1 to Sydney
Suva -18.14 178.44 oc oc Southern Cross to Sydney
Port Moresby -9.44 147.18 oc oc Coral Sea cable to Sydney
Papeete -17.53 -149.57 wnam wnam Honotua to Hawaii
Hagatna 13.47 144.75 apac apac cables to Tokyo and Hong Kong
Manila 14.6 120.98 apac apac to Hong Kong and Singapore
Hanoi 21.03 105.85 apac apac to Hong Kong
Jakarta -6.21 106.85 apac apac to Singapore
Taipei 25.05 121.53 apac apac to Hong Kong and Tokyo
Seoul 37.57 126.98 apac apac by Japan
Tokyo 35.69 139.69 apac apac cables to Singapore
Sapporo 43.06 141.35 apac apac by Tokyo, not by Vladivostok
Urumqi 43.8 87.6 apac apac China's gateways are in the east
Reykjavik 64.15 -21.94 weur weur|eeur cables to Scotland and Denmark
Kyiv 50.45 30.52 eeur eeur by Warsaw
Moscow 55.75 37.62 eeur eeur by Warsaw, Stockholm and Frankfurt
Athens 37.98 23.73 eeur|weur eeur by Sofia
Madrid 40.42 -3.7 weur weur to Paris
Frankfurt 50.11 8.68 weur weur|eeur to Paris and London`;

export const KNOWN_BEST: readonly KnownBest[] = ROWS.trim().split('\n').map(parseRow);

function parseRow(row: string): KnownBest {
  const found = row.match(/^(.+?) (-?[\d.]+) (-?[\d.]+) (\S+) (\S+) (.+)$/);
  if (found === null) throw new Error(`not a row: ${row}`);
  const [, place = '', latitude, longitude, ofNine = '', ofSix = '', why = ''] = found;
  return { place, latitude: Number(latitude), longitude: Number(longitude), ofNine, ofSix, why };
}
