// The HTTP API of an edge, local or deployed, as tests and commands read it.

export interface RegionView {
  readonly id: string;
  readonly name: string;
  readonly state: string;
  readonly clients: number;
  readonly peers: readonly string[];
  readonly problem?: string;
}

export interface MeshLink {
  readonly a: string;
  readonly b: string;
  readonly state: string;
  readonly since: number;
  readonly rttMs: number | null;
  readonly bytes: number;
  readonly remade: number;
}

export async function readRegions(url: string): Promise<readonly RegionView[]> {
  return (await readJson<{ regions: readonly RegionView[] }>(`${url}/api/regions`)).regions;
}

export async function readMesh(url: string): Promise<readonly MeshLink[]> {
  return (await readJson<{ links: readonly MeshLink[] }>(`${url}/api/mesh`)).links;
}

async function readJson<T>(url: string): Promise<T> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${await response.text()}`);
  return (await response.json()) as T;
}
