// Sixty cities of the world that clients pretend to be in, with the data center where they enter and their population
// (millions in and around the city, rounded, UN World Urbanization Prospects 2018).

/**
 * @typedef {object} City
 * @property {string} name
 * @property {string} colo IATA code of the data center
 * @property {string} country ISO 3166 alpha-2
 * @property {string} continent as Cloudflare has it
 * @property {number} latitude
 * @property {number} longitude
 * @property {number} weight millions of people
 */

const TABLE = `
Tokyo NRT JP AS 35.69 139.69 37
Delhi DEL IN AS 28.61 77.21 31
Shanghai HKG CN AS 31.23 121.47 27
Sao_Paulo GRU BR SA -23.55 -46.63 22
Mexico_City QRO MX NA 19.43 -99.13 22
Cairo CAI EG AF 30.04 31.24 21
Mumbai BOM IN AS 19.08 72.88 20
Dhaka DAC BD AS 23.81 90.41 21
Osaka KIX JP AS 34.69 135.5 19
New_York EWR US NA 40.71 -74.01 19
Karachi KHI PK AS 24.86 67.01 16
Buenos_Aires EZE AR SA -34.6 -58.38 15
Istanbul IST TR AS 41.01 28.98 15
Kolkata CCU IN AS 22.57 88.36 15
Lagos LOS NG AF 6.52 3.38 15
Kinshasa FIH CD AF -4.44 15.27 14
Manila MNL PH AS 14.6 120.98 14
Rio_de_Janeiro GIG BR SA -22.91 -43.17 13
Moscow DME RU EU 55.76 37.62 12
Los_Angeles LAX US NA 34.05 -118.24 12
Lahore LHE PK AS 31.55 74.34 13
Bangalore BLR IN AS 12.97 77.59 13
Paris CDG FR EU 48.86 2.35 11
Bogota BOG CO SA 4.71 -74.07 11
Jakarta CGK ID AS -6.21 106.85 11
Lima LIM PE SA -12.05 -77.04 11
Bangkok BKK TH AS 13.76 100.5 11
Seoul ICN KR AS 37.57 126.98 10
London LHR GB EU 51.51 -0.13 9
Chicago ORD US NA 41.88 -87.63 9
Tehran DXB IR AS 35.69 51.39 9
Ho_Chi_Minh_City SGN VN AS 10.82 106.63 9
Luanda LAD AO AF -8.84 13.23 8
Kuala_Lumpur KUL MY AS 3.14 101.69 8
Hong_Kong HKG HK AS 22.32 114.17 7
Riyadh RUH SA AS 24.71 46.68 7
Santiago SCL CL SA -33.45 -70.67 7
Madrid MAD ES EU 40.42 -3.7 7
Baghdad BGW IQ AS 33.32 44.37 7
Dallas DFW US NA 32.78 -96.8 6
Toronto YYZ CA NA 43.65 -79.38 6
Miami MIA US NA 25.76 -80.19 6
Singapore SIN SG AS 1.35 103.82 6
Atlanta ATL US NA 33.75 -84.39 6
Johannesburg JNB ZA AF -26.2 28.05 6
Barcelona BCN ES EU 41.39 2.17 6
Saint_Petersburg LED RU EU 59.93 30.34 5
Sydney SYD AU OC -33.87 151.21 5
Melbourne MEL AU OC -37.81 144.96 5
Nairobi NBO KE AF -1.29 36.82 5
Casablanca CMN MA AF 33.57 -7.59 4
Berlin TXL DE EU 52.52 13.41 4
Tel_Aviv TLV IL AS 32.09 34.78 4
Seattle SEA US NA 47.61 -122.33 3
Rome FCO IT EU 41.9 12.5 4
Kyiv KBP UA EU 50.45 30.52 3
Dubai DXB AE AS 25.2 55.27 3
Warsaw WAW PL EU 52.23 21.01 2
Stockholm ARN SE EU 59.33 18.07 2
Auckland AKL NZ OC -36.85 174.76 2
`;

/** @type {readonly City[]} */
export const CITIES = TABLE.trim().split('\n').map(readCity);

/** @param {string} line @returns {City} */
function readCity(line) {
  const [name = '', colo = '', country = '', continent = '', latitude, longitude, weight] = line.split(' ');
  return {
    name: name.replaceAll('_', ' '),
    colo,
    country,
    continent,
    latitude: Number(latitude),
    longitude: Number(longitude),
    weight: Number(weight),
  };
}

/**
 * Distributes clients over the cities by weight (largest remainders); if there are enough clients, every city gets one
 * before any gets two.
 *
 * @param {number} clients
 * @param {readonly City[]} cities
 * @returns {City[]} as many as there are clients
 */
export function spreadOver(clients, cities) {
  const everyone = clients >= cities.length ? 1 : 0;
  const total = cities.reduce((sum, { weight }) => sum + weight, 0);
  const shares = cities.map((city) => {
    const exact = ((clients - everyone * cities.length) * city.weight) / total;
    return { city, count: everyone + Math.floor(exact), rest: exact - Math.floor(exact) };
  });
  let left = clients - shares.reduce((sum, { count }) => sum + count, 0);
  for (const share of [...shares].sort((a, b) => b.rest - a.rest)) {
    if (left === 0) break;
    share.count += 1;
    left -= 1;
  }
  return shares.flatMap(({ city, count }) => Array.from({ length: count }, () => city));
}

/**
 * `request.cf` of a client there, in the header from which the local stack reads it.
 *
 * @param {City} city
 * @returns {Record<string, string>}
 */
export function standingIn({ colo, country, continent, latitude, longitude }) {
  const cf = { colo, country, continent, latitude: `${latitude}`, longitude: `${longitude}` };
  return { 'MF-CF-Blob': JSON.stringify(cf) };
}
