// Which hubs are linked, and how much longer than a straight line each group of links is: the initial values of the
// fit. Hand-made from cable maps and from traceroutes. Not shipped: prior-table.ts holds the result.
//
// `A-B` is a link that takes `inflation` times the RTT of straight fibre. `A-B=ms` states the RTT if the path that
// traffic takes is known to differ from the cable on the map; a stated link isn't fitted. No way round that the graph makes
// by itself may be shorter than a stated link: links.test.ts looks for such.
//
// Djibouti has the cables (SEA-ME-WE 3 and 5, EIG, AAE-1, EASSy, SEACOM: africabriefing.com on its telecoms) and sells them
// to Ethiopia, of whose bandwidth 40 % came through it in 2016, 47 % through Sudan and 13 % through Kenya (Hamilton
// Research, africabandwidthmaps.com). Kenya's carriers land in Mombasa. So Djibouti is a stub (routing/latency/hubs.ts),
// and Ethiopia has links of its own, as long as they were by Djibouti. That it and Nairobi take 75 and 110 ms to Dubai, by
// handing over in Europe as often as not, is what is stated here; no measurement of the fit crosses these links.
//
// What a number rests on. A link without `=ms` that paths between measured places take: measured, by the networks of
// Cloudflare and of clouds (prior-table.ts has the sources). One that none takes: the group's inflation, a judgement from
// cable maps, as in most of Russia, Central Asia, Iraq, Iran, China, inner Africa and the islands. One with `=ms`: a
// judgement of where carriers hand over, unless its group says that it was measured. The ones least sure:
//
// - India to the Gulf. BOM-DXB=85: judged. At least 19 ms, by straight fibre; cables are there (FALCON, 1,700 km from Oman
//   to India: commsupdate.com, August 2005), and Azure has 39 ms between Pune and Dubai on its own backbone. That carriers
//   of the Middle East meet in Europe is measured (Madory, Renesys, MENOG 10, 2012, by traceroutes; Candela and others,
//   Dissecting the Speed-of-Internet of Middle East, IEEE GI 2019, with RIPE Atlas), but no public figure for this pair
//   was found. KHI-DXB=40: judged; at least 12 ms. BOM-BAH: a cloud's own backbone, fitted.
// - The Gulf to Singapore. DXB-SIN: fitted to clouds' backbones (Azure: 82 ms), at least 57 ms by straight fibre. It may
//   be too short for the public Internet; no public figure was found that would say by how much.
// - India to Singapore. BOM-SIN and MAA-SIN: fitted to clouds' backbones, 51 and 37 ms. From homes and offices 78 ms were
//   published for Mumbai and 72 for Chennai, last mile and TCP included (techplained.aptechsolutions.io, April 2026).
// - India to Europe. BOM-MRS: fitted; a cable's owner has 92 ms on its own (Tata, TGN-Eurasia, 9,280 km: cio.co.uk, 2012).
// - Mainland China abroad. SHA-TYO, SHA-HKG, BJS-HKG, CTU-HKG and those within: the group's inflation, a judgement, twice
//   straight fibre; no measured place is there. BJS-SEL: the same, moved a little by the fit. Of Shanghai to Tokyo (35 ms
//   here) a leased line has 26 (areapac-161.pages.dev). By land to Europe the carriers' own lines have 156 ms from Beijing
//   to Stockholm (TEA: submarinenetworks.com); ALA-BJS=100 and ALA-URC=60, judged, make it 199 here, since little of the
//   Internet goes that way. Public pings are longer and scattered: 59 to 98 ms from Japan to Qingdao, by carrier, with 6
//   to 17 % lost (ci.clara.jp, December 2014), and 79 % of the pairs in Zhu and others (The Great Bottleneck of China,
//   SIGMETRICS 2020) are congested inside China, by the hour. A length that stays the same can't say that, so these are
//   those of quiet hours.
// - Vladivostok to Tokyo. VVO-TYO=80: judged, between straight fibre (10 ms; HSCS, 570 km from Hokkaido to Sakhalin,
//   carries traffic of NTT and TransTeleCom since 2008, RJCN lands in Japan as well) and the way by Moscow. No public
//   figure was found.

/** Links of one kind, and why they are as they are. */
export interface LinkGroup {
  readonly why: string;
  readonly inflation: number;
  readonly links: string;
}

export const LINK_GROUPS: readonly LinkGroup[] = [
  {
    why: 'North America: dense fibre along railways and motorways',
    inflation: 1.6,
    links:
      'NYC-IAD NYC-CHI NYC-YYZ NYC-YUL NYC-YHZ IAD-CHI IAD-ATL ATL-MIA ATL-CHI ATL-DAL ATL-HOU DAL-HOU DAL-KCY DAL-DEN DAL-PHX DAL-LAX KCY-CHI KCY-DEN CHI-MSP CHI-DEN CHI-YYZ CHI-SEA MSP-SEA MSP-DEN MSP-YWG MSP-KCY DEN-SLC DEN-PHX SLC-SJC SLC-SEA SLC-LAS LAS-LAX LAS-PHX LAX-PHX LAX-SJC SJC-SEA SEA-YVR YVR-YYC YYC-SEA YYC-YWG YYC-SLC YWG-YYZ YYZ-YUL YUL-YHZ SEA-ANC',
  },
  {
    why: 'Europe: dense fibre, but much of it meets at Frankfurt, Amsterdam, London, Paris and Vienna',
    inflation: 1.65,
    links:
      'LON-DUB LON-PAR LON-AMS LON-FRA PAR-FRA PAR-AMS PAR-ZRH PAR-MRS PAR-MAD AMS-FRA AMS-HAM AMS-CPH FRA-HAM FRA-BER FRA-MUC FRA-ZRH FRA-PRG FRA-VIE FRA-WAW HAM-BER HAM-CPH BER-WAW BER-PRG BER-CPH MUC-ZRH MUC-VIE MUC-PRG ZRH-MIL MIL-MRS MIL-ROM MIL-VIE MIL-MUC ZAG-MIL ROM-CTA ROM-MRS MRS-MAD MAD-LIS CPH-STO CPH-OSL OSL-STO STO-HEL STO-VNO HEL-VNO VNO-WAW WAW-PRG WAW-VIE WAW-IEV PRG-VIE VIE-BUD VIE-ZAG BUD-ZAG BUD-BEG BUD-BUH BUD-IEV ZAG-BEG BEG-SOF SOF-BUH SOF-ATH SOF-IST BUH-IST IEV-BUH IST-ANK',
  },
  {
    why: 'Around Europe by sea, or with few roads: Iceland, Lisbon to London, Greece to Italy',
    inflation: 1.9,
    links: 'REK-LON REK-CPH LIS-LON ATH-MIL ATH-CTA MRS-CTA IST-FRA OSL-LON',
  },
  {
    why: 'North Atlantic: straight cables from New York and Halifax',
    inflation: 1.3,
    links: 'NYC-LON NYC-PAR NYC-AMS IAD-MAD YHZ-LON YHZ-DUB NYC-DUB',
  },
  {
    why: 'Russia: one trunk along the railway, to Europe by Stockholm, Helsinki, Warsaw and Frankfurt',
    inflation: 1.7,
    links: 'MOW-LED LED-HEL MOW-STO MOW-VNO MOW-WAW MOW-FRA MOW-IEV MOW-SVX SVX-OVB OVB-IKT IKT-VVO IKT-ULN',
  },
  {
    why: 'Far east of Russia: little is handed over to Japan, most goes by Moscow',
    inflation: 1,
    links: 'VVO-TYO=80',
  },
  {
    why: 'Caucasus and Central Asia: bought from Moscow, Sofia and Istanbul, nothing from the Gulf',
    inflation: 2,
    links:
      'TBS-SOF TBS-IST TBS-BAK TBS-EVN BAK-MOW ALA-MOW ALA-OVB ALA-TAS TAS-MOW TAS-ASB ALA-URC=60 ALA-BJS=100',
  },
  {
    why: 'Iraq and Iran: by Turkey; little is handed over in Kuwait, Iran has a line to Dubai',
    inflation: 2.2,
    links: 'EBL-ANK EBL-BGW THR-ANK THR-SYZ THR-MHD THR-DXB=50 BGW-KWI=100',
  },
  {
    why: 'Gulf and Saudi Arabia',
    inflation: 1.8,
    links: 'DXB-MCT DXB-DOH DXB-BAH DXB-KWI DXB-RUH RUH-BAH RUH-DOH RUH-KWI RUH-JED RUH-AMM',
  },
  {
    why: 'Levant and the Nile by cable to Marseille and Italy',
    inflation: 1.7,
    links:
      'TLV-MRS TLV-MIL TLV-ATH NIC-MRS NIC-ATH NIC-TLV BEY-MRS BEY-NIC CAI-MRS=40 CAI-CTA AMM-MRS KRT-JED',
  },
  {
    why: 'Red Sea to Marseille, by Egypt; of Egypt and Djibouti little goes to the Gulf across Arabia',
    inflation: 1.75,
    links: 'CAI-JED=45 JED-MRS DXB-MRS BAH-MRS JIB-MRS JIB-JED=45 JIB-DXB=75 KHI-MRS BOM-MRS',
  },
  {
    why: 'Maghreb: each to its nearest landing in Europe, hardly any between neighbours',
    inflation: 2.1,
    links: 'TIP-CTA TUN-CTA TUN-MRS ALG-MRS ALG-MAD CAS-MAD CAS-MRS CAS-LIS',
  },
  {
    why: 'West Africa: cables along the coast to Lisbon and London; neighbours often meet in Europe',
    inflation: 1.7,
    links: 'DKR-LIS ABJ-LIS ACC-LIS LOS-LIS LBV-LIS LAD-LIS FIH-LIS CPT-LIS',
  },
  {
    why: 'Along the coast of West Africa',
    inflation: 3,
    links: 'DKR-ABJ ABJ-ACC ACC-LOS LOS-DLA DLA-LBV LOS-CPT=115',
  },
  {
    why: 'Southern and eastern Africa: one carrier or two on each road, met in Johannesburg; Ethiopia by its own lines through Djibouti, where nobody else passes',
    inflation: 1.9,
    links:
      'CPT-JNB LAD-CPT LAD-FIH FIH-LUN LUN-JNB LUN-DAR DAR-JNB=48 DAR-NBO NBO-JNB=58 NBO-EBB NBO-JIB ADD-JIB ADD-NBO=40 ADD-MRS=100 ADD-DXB=86 NBO-MRS NBO-DXB=110 MRU-JNB MRU-TNR TNR-DAR TNR-JNB',
  },
  {
    why: 'Africa to Asia: the cables are there (SAFE, SEACOM), the traffic mostly goes by Europe',
    inflation: 1,
    links: 'NBO-BOM=110 MRU-SIN=180',
  },
  {
    why: 'India and its neighbours on land',
    inflation: 2,
    links: 'BOM-DEL BOM-MAA DEL-MAA DEL-CCU MAA-CCU DEL-KTM CCU-KTM CCU-DAC KHI-LHE',
  },
  {
    why: 'Bay of Bengal to Singapore',
    inflation: 1.3,
    links: 'MAA-SIN BOM-SIN CMB-SIN CMB-MAA DAC-SIN=58 KHI-SIN=105',
  },
  {
    why: 'India to the Gulf: clouds have 30 ms to Dubai, but ISPs meet in Europe or Singapore; Bahrain as measured',
    inflation: 1.4,
    links: 'BOM-DXB=85 BOM-BAH KHI-DXB=40',
  },
  { why: 'Suez to Singapore, long haul', inflation: 1.33, links: 'MRS-SIN DXB-SIN' },
  {
    why: 'South-East Asia: much meets in Singapore and Hong Kong',
    inflation: 1.7,
    links:
      'SIN-KUL SIN-JKT SIN-BKK SIN-SGN SIN-MNL SIN-RGN KUL-BKK BKK-RGN BKK-SGN BKK-HKG SGN-HAN SGN-HKG HAN-HKG MNL-HKG',
  },
  {
    why: 'East Asia by sea',
    inflation: 1.5,
    links:
      'SIN-HKG SIN-TYO HKG-TPE HKG-TYO HKG-OSA HKG-SEL TPE-TYO TPE-OSA TYO-OSA TYO-SPK OSA-SEL TYO-SEL TPE-SIN',
  },
  {
    why: 'China: few gateways, each of them full',
    inflation: 2,
    links: 'SHA-BJS SHA-HKG BJS-HKG SHA-TYO BJS-SEL BJS-CGQ BJS-ULN CTU-SHA CTU-BJS CTU-HKG URC-BJS',
  },
  {
    why: 'Pacific: straight cables, most from Japan to the west coast',
    inflation: 1.25,
    links:
      'TYO-SEA TYO-SJC TYO-LAX OSA-LAX HKG-LAX TPE-LAX SIN-LAX SYD-LAX SYD-SJC AKL-LAX AKL-HNL SYD-HNL HNL-LAX HNL-SJC HNL-TYO GUM-TYO GUM-HKG GUM-HNL GUM-SYD SYD-TYO MNL-GUM SUV-HNL PPT-HNL',
  },
  {
    why: 'Australia, New Zealand and the islands',
    inflation: 1.35,
    links:
      'SYD-MEL SYD-BNE MEL-ADL ADL-SYD ADL-PER DRW-ADL DRW-BNE SYD-AKL SYD-NOU SYD-SUV POM-SYD PER-SIN SYD-SIN',
  },
  {
    why: 'Mexico: to Texas and California',
    inflation: 1.9,
    links: 'MEX-QRO QRO-DAL QRO-LAX QRO-HOU MEX-GUA',
  },
  {
    why: 'Central America, the Caribbean and the north of South America: each to Miami',
    inflation: 1.9,
    links:
      'MIA-GUA MIA-SJO MIA-PTY PTY-SJO PTY-BOG SJO-GUA MIA-BOG MIA-CCS MIA-UIO BOG-UIO MIA-LIM MIA-SJU MIA-SDQ SJU-SDQ MIA-KIN MIA-POS SJU-POS',
  },
  {
    why: 'Lima and La Paz meet their neighbours in Miami as often as at home',
    inflation: 1,
    links: 'LIM-SCL=68 LIM-LPB=35 LPB-SCL=60 LPB-SAO=75',
  },
  {
    why: 'Brazil and the south of South America',
    inflation: 1.7,
    links: 'SAO-RIO SAO-FOR RIO-FOR SAO-BUE SAO-ASU BUE-ASU BUE-SCL SAO-SCL MAO-SAO MAO-FOR',
  },
  {
    why: 'The Americas by sea, and the one cable from Brazil to Europe',
    inflation: 1.35,
    links: 'MIA-FOR=66 MIA-SAO NYC-SAO MIA-SCL FOR-LIS',
  },
];
