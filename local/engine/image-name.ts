// The name of an image tells the engine what its containers may use. workerd passes nothing else on from the settings of
// a Worker, and an engine that runs one image needs no name for it.

/** What a container may use, as its instance type has it. */
export interface Limits {
  readonly vcpu: number;
  readonly memoryMib: number;
}

const NAME = 'meridian/nats-server';
const PATTERN = /^meridian\/nats-server:(?<vcpu>[\d.]+)vcpu-(?<memoryMib>\d+)mib$/;

/** Absent limits are none. */
export function imageName(limits?: Limits): string {
  return limits === undefined ? NAME : `${NAME}:${limits.vcpu}vcpu-${limits.memoryMib}mib`;
}

/** Undefined when the name tells of none. */
export function limitsOf(image: string): Limits | undefined {
  const groups = PATTERN.exec(image)?.groups;
  return groups && { vcpu: Number(groups.vcpu), memoryMib: Number(groups.memoryMib) };
}
