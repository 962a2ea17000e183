// What `ensureBinary` has to know about a program, and the types that its steps share.

/** A program that is found on this machine, or else downloaded or built on first use in exactly `version`. */
export interface BinarySpec {
  /** The name of its executable. */
  readonly name: string;
  readonly version: string;
  /** The oldest version that will do when one is found on PATH or named explicitly. */
  readonly minimumVersion: string;
  /** The environment variable that may hold the path of its executable. */
  readonly variable: string;
  /** Makes it print its version. */
  readonly versionArguments: readonly string[];
  /** Recognizes the program in what it printed; the first group is the version, as in "2.15.1". */
  readonly versionPattern: RegExp;
  /** For `go install`; absent where a program that is built so does not know its version. */
  readonly goPackage?: string;
  /** The module that the package is in. Absent: it is the module. */
  readonly goModule?: string;
  /** How it is built, where that is more than `go install`. */
  readonly goBuild?: GoBuild;
  readonly release: ReleaseSpec;
}

/** What a program's own build does besides `go install`. */
export interface GoBuild {
  /** Directives of its go.mod. */
  readonly replace: readonly string[];
  readonly flags: readonly string[];
  /** How long it takes, for people who wait. */
  readonly takes: string;
}

/** Where the program's own project publishes archives of `version`. */
export interface ReleaseSpec {
  /** Archives and the file of checksums are right below it. */
  readonly baseUrl: string;
  /** A file with a line "SHA-256, spaces, archive" for every archive. */
  readonly checksumsFile: string;
  /** The archive for a platform; undefined when there is none. */
  readonly archiveFor: (target: Target) => ReleaseArchive | undefined;
}

/** An archive that `tar -xf` unpacks on the platform it is for, and the executable's path in it. */
export interface ReleaseArchive {
  readonly file: string;
  readonly executable: string;
}

/** A platform, in Node's words (`process.platform`, `process.arch`). */
export interface Target {
  readonly platform: string;
  readonly arch: string;
}

const GO_ARCH: ReadonlyMap<string, string> = new Map([
  ['x64', 'amd64'],
  ['arm64', 'arm64'],
]);

/** Go's word for a processor, by Node's; undefined for those that workerd does not run on either. */
export function goArchOf(arch: string): string | undefined {
  return GO_ARCH.get(arch);
}

/** An environment, such as `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** What the steps of `ensureBinary` work with: the machine, as far as they may see it. */
export interface Host {
  readonly env: Environment;
  readonly target: Target;
  readonly log: (line: string) => void;
  /** Ends what takes long; no further step is tried then. */
  readonly signal?: AbortSignal | undefined;
}

/** Which step an executable came from. */
export type BinarySource = 'option' | 'environment' | 'PATH' | 'cache' | 'go install' | 'release archive';

/** An executable that has been asked for its version. */
export interface Binary {
  readonly path: string;
  readonly version: string;
  readonly source: BinarySource;
}

/** Why a step failed. */
export interface Problem {
  readonly problem: string;
}
