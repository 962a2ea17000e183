// What is in the image, as a bill of materials that scanners read (CycloneDX 1.6): nats-server with its Go modules, what
// is left of Alpine, and every file with its hash.

import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Enums, Models, Serialize, Spec } from '@cyclonedx/cyclonedx-library';
import { BASE_LABEL } from '../build.ts';
import { type EngineCommand, lastWords, runEngine, runSubcommand } from '../engine-command.ts';
import { ImageError } from '../image-error.ts';
import { readAlpinePackages } from './alpine-packages.ts';
import { type GoModule, readGoBuildInfo } from './go-build-info.ts';
import { copyFilesOf, type ImageFiles } from './image-files.ts';

const NATS_SERVER = 'usr/local/bin/nats-server';
const BUSYBOX = 'bin/busybox';
const PACKAGES = 'lib/apk/db/installed';

/** The document as JSON. The engine must run containers, docker or podman, and have the image. */
export async function billOfMaterials(engine: EngineCommand, tag: string): Promise<string> {
  await using files = await copyFilesOf(engine, tag);
  const bom = new Models.Bom();
  bom.metadata.timestamp = new Date();
  bom.metadata.component = await imageComponent(engine, tag);
  const base = await baseComponents(files);
  for (const component of [await natsServer(engine, tag, files), ...base, ...(await fileComponents(files))]) {
    bom.components.add(component);
  }
  const serializer = new Serialize.JsonSerializer(new Serialize.JSON.Normalize.Factory(Spec.Spec1dot6));
  return serializer.serialize(bom, { sortLists: true, space: 2 });
}

async function imageComponent(engine: EngineCommand, tag: string): Promise<Models.Component> {
  const format = `{{.Id}} {{index .Config.Labels "${BASE_LABEL}"}}`;
  const inspected = await runEngine(engine, ['image', 'inspect', '--format', format, tag]);
  if (inspected.code !== 0) throw new ImageError(`${tag} cannot be inspected: ${lastWords(inspected)}`);
  const [id = '', base = 'unknown'] = inspected.stdout.trim().split(' ');
  return new Models.Component(Enums.ComponentType.Container, tag, {
    bomRef: 'image',
    properties: new Models.PropertyRepository([
      new Models.Property('meridian:image-id', id),
      new Models.Property(BASE_LABEL.replace('.', ':'), base),
    ]),
  });
}

async function natsServer(engine: EngineCommand, tag: string, files: ImageFiles): Promise<Models.Component> {
  const program = await readFile(join(files.folder, NATS_SERVER));
  const info = readGoBuildInfo(program);
  if (info === undefined) throw new ImageError(`${NATS_SERVER} does not tell what it was built from`);
  // A program that was built in its own repository names no version of its module.
  const version = await versionOf(engine, tag);
  const component = moduleComponent({ ...info.main, version }, Enums.ComponentType.Application);
  component.hashes = sha256(program);
  component.description = `/${NATS_SERVER}`;
  const standardLibrary = { path: 'stdlib', version: info.go.replace(/^go/, '') };
  for (const each of [standardLibrary, ...info.dependencies]) component.components.add(moduleComponent(each));
  return component;
}

async function versionOf(engine: EngineCommand, tag: string): Promise<string> {
  const said = await runEngine(engine, [
    ...runSubcommand(),
    '--rm',
    '--entrypoint',
    'nats-server',
    tag,
    '--version',
  ]);
  const version = /v\d+\.\d+\.\d+\S*/.exec(said.stdout)?.[0];
  if (version === undefined)
    throw new ImageError(`nats-server of ${tag} does not tell its version: ${lastWords(said)}`);
  return version;
}

function moduleComponent({ path, version }: GoModule, type = Enums.ComponentType.Library): Models.Component {
  return new Models.Component(type, path, {
    bomRef: `go:${path}`,
    version,
    purl: `pkg:golang/${path}@${encodeURIComponent(version)}`,
  });
}

/** Alpine's packages, or the busybox of a stand-in base. */
async function baseComponents(files: ImageFiles): Promise<readonly Models.Component[]> {
  if (!files.paths.includes(PACKAGES)) return [await bareBusybox(files)];
  const release = (await readFile(join(files.folder, 'etc/alpine-release'), 'utf8')).trim();
  const list = await readFile(join(files.folder, PACKAGES), 'utf8');
  return readAlpinePackages(list).map(
    ({ name, version, license, architecture }) =>
      new Models.Component(Enums.ComponentType.Library, name, {
        bomRef: `apk:${name}`,
        version,
        purl: `pkg:apk/alpine/${name}@${encodeURIComponent(version)}?${architecture ? `arch=${architecture}&` : ''}distro=alpine-${release}`,
        ...(license && { licenses: new Models.LicenseRepository([new Models.NamedLicense(license)]) }),
      }),
  );
}

async function bareBusybox(files: ImageFiles): Promise<Models.Component> {
  const program = await readFile(join(files.folder, BUSYBOX));
  const [, version = 'unknown', build] =
    /BusyBox v([\d.]+) ?(\([^)\0]*\))?/.exec(program.toString('latin1')) ?? [];
  return new Models.Component(Enums.ComponentType.Application, 'busybox', {
    bomRef: 'busybox',
    version,
    hashes: sha256(program),
    description: `/${BUSYBOX}, of a stand-in base ${build ?? ''}`.trim(),
  });
}

async function fileComponents(files: ImageFiles): Promise<readonly Models.Component[]> {
  return Promise.all(
    files.paths.map(async (path) => {
      const hashes = sha256(await readFile(join(files.folder, path)));
      return new Models.Component(Enums.ComponentType.File, `/${path}`, { bomRef: `file:/${path}`, hashes });
    }),
  );
}

function sha256(content: Buffer): Models.HashDictionary {
  return new Models.HashDictionary([
    [Enums.HashAlgorithm['SHA-256'], createHash('sha256').update(content).digest('hex')],
  ]);
}
