// Where the Internet meets: cities with exchanges or cable landings, by IATA city code. Hand-made, from public
// cable maps; which of them are linked is in tools/fit/links.ts.
//
// An area is a set of networks that reach each other on land. A place lies in the area of its nearest hub and uses
// no hub of another: Lahore doesn't enter at Delhi, nor Rome across the Adriatic.
//
// Traffic starts or ends at a stub but never passes through it, as an operator gives its neighbours no transit.
// So a short line on the map does not become a path: Bahrain is near Mumbai and near Dubai, but traffic between them
// does not pass through it.

/** Lines of an area and its hubs, CODE latitude longitude; `!` marks a stub. An area may take several lines. */
const LINES = `
us-canada NYC 40.7 -74 IAD 39 -77.5 ATL 33.8 -84.4 MIA 25.8 -80.2 CHI 41.9 -87.6 MSP 45 -93.3
us-canada KCY 39.1 -94.6 DAL 32.8 -96.8 HOU 29.8 -95.4 DEN 39.7 -105 SLC 40.8 -111.9 PHX 33.4 -112.1
us-canada LAS 36.2 -115.1 LAX 34.1 -118.2 SJC 37.4 -121.9 SEA 47.6 -122.3 ANC! 61.2 -149.9 YVR 49.3 -123.1
us-canada YYC 51 -114.1 YWG 49.9 -97.1 YYZ 43.7 -79.4 YUL 45.5 -73.6 YHZ 44.6 -63.6
mexico MEX 19.4 -99.1 QRO 20.6 -100.4
central-america GUA! 14.6 -90.5 SJO! 9.9 -84.1 PTY 9 -79.5
caribbean SJU 18.4 -66.1 SDQ! 18.5 -69.9 KIN! 18 -76.8 POS! 10.7 -61.5
andes-north BOG 4.7 -74.1 CCS! 10.5 -66.9 UIO! -0.2 -78.5 LIM! -12 -77
south-america LPB! -16.5 -68.1 SCL -33.4 -70.7 BUE -34.6 -58.4 ASU! -25.3 -57.6 SAO -23.5 -46.6
south-america RIO -22.9 -43.2 FOR -3.7 -38.5 MAO! -3.1 -60
europe LON 51.5 -0.1 DUB 53.3 -6.3 PAR 48.9 2.4 AMS 52.4 4.9 FRA 50.1 8.7 HAM 53.6 10 BER 52.5 13.4
europe MUC 48.1 11.6 ZRH 47.4 8.5 MIL 45.5 9.2 ROM 41.9 12.5 CTA 37.5 15.1 MRS 43.3 5.4 MAD 40.4 -3.7
europe LIS 38.7 -9.1 CPH 55.7 12.6 OSL 59.9 10.8 STO 59.3 18.1 HEL 60.2 24.9 VNO! 54.7 25.3 WAW 52.2 21
europe PRG 50.1 14.4 VIE 48.2 16.4 BUD 47.5 19 REK! 64.1 -21.9
balkans ZAG 45.8 16 BEG 44.8 20.5 SOF 42.7 23.3 BUH 44.4 26.1 ATH 38 23.7 IST 41 29 ANK 39.9 32.9
ukraine IEV 50.5 30.5
russia MOW 55.8 37.6 LED 59.9 30.3 SVX 56.8 60.6 OVB 55 82.9 IKT 52.3 104.3 VVO! 43.1 131.9
caspian TBS 41.7 44.8 EVN! 40.2 44.5 BAK 40.4 49.9 ALA 43.2 76.9 TAS 41.3 69.2 ASB! 37.9 58.4
iran THR 35.7 51.4 SYZ! 29.6 52.5 MHD! 36.3 59.6
iraq BGW! 33.3 44.4 EBL 36.2 44
gulf DXB 25.2 55.3 MCT! 23.6 58.4 DOH! 25.3 51.5 BAH! 26.1 50.6 KWI! 29.4 48 RUH 24.7 46.7 JED 21.5 39.2
levant AMM! 32 35.9 BEY! 33.9 35.5 TLV! 32.1 34.8 NIC! 35.2 33.4
north-africa CAI 30 31.2 TIP! 32.9 13.2 TUN! 36.8 10.2 ALG! 36.8 3.1 CAS! 33.6 -7.6 KRT! 15.6 32.5
west-africa DKR! 14.7 -17.5 ABJ! 5.3 -4 ACC! 5.6 -0.2 LOS 6.5 3.4 DLA! 4.1 9.7 LBV! 0.4 9.5
south-africa FIH! -4.3 15.3 LAD! -8.8 13.2 CPT -33.9 18.4 JNB -26.2 28 LUN -15.4 28.3 TNR! -18.9 47.5
south-africa MRU! -20.2 57.5
east-africa DAR -6.8 39.3 NBO -1.3 36.8 EBB! 0.3 32.6 ADD! 9 38.7 JIB! 11.6 43.1
pakistan KHI 24.9 67 LHE! 31.5 74.3
india BOM 19.1 72.9 DEL 28.6 77.2 MAA 13.1 80.3 CCU 22.6 88.4 KTM! 27.7 85.3 DAC! 23.8 90.4 CMB! 6.9 79.9
south-east-asia SIN 1.3 103.8 KUL 3.1 101.7 JKT -6.2 106.8 BKK 13.8 100.5 SGN 10.8 106.7 HAN! 21 105.8
south-east-asia MNL 14.6 121 RGN! 16.8 96.2
east-asia HKG 22.3 114.2 TPE 25 121.5 TYO 35.7 139.7 OSA 34.7 135.5 SPK! 43.1 141.4 SEL 37.6 127
china SHA 31.2 121.5 BJS 39.9 116.4 CGQ! 43.9 125.3 CTU! 30.7 104.1 URC! 43.8 87.6 ULN! 47.9 106.9
oceania SYD -33.9 151.2 MEL -37.8 145 BNE -27.5 153 ADL -34.9 138.6 PER -32 115.9 DRW! -12.5 130.8
oceania AKL -36.8 174.8
hawaii HNL 21.3 -157.9
micronesia GUM 13.5 144.8
fiji SUV -18.1 178.4
melanesia NOU! -22.3 166.5 POM! -9.4 147.2
polynesia PPT! -17.5 -149.6`;

/** A city where networks meet. */
export interface Hub {
  readonly code: string;
  readonly area: string;
  readonly latitude: number;
  readonly longitude: number;
  readonly stub: boolean;
}

/** Other tables refer to a hub by its position here. */
export const HUBS: readonly Hub[] = LINES.trim().split('\n').flatMap(hubsOfLine);

function hubsOfLine(line: string): Hub[] {
  const [area = ''] = line.split(' ', 1);
  const hubs = line.matchAll(/ ([A-Z]{3})(!?) (\S+) (\S+)/g);
  return Array.from(hubs, ([, code = '', mark, latitude, longitude]) => ({
    code,
    area,
    latitude: Number(latitude),
    longitude: Number(longitude),
    stub: mark === '!',
  }));
}
