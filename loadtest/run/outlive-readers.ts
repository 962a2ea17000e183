// Nobody may read what the command writes any more, as with `| head -1`, a pager that was quit, or a terminal that is
// gone. It goes on all the same: the report is in files, and what was started has to be stopped.

interface Output {
  on(event: 'error', listener: (error: NodeJS.ErrnoException) => void): unknown;
  write(text: string): unknown;
}

/** Without this the first failed write would end the process where it stands. */
export function outliveReaders({
  stdout,
  stderr,
}: {
  readonly stdout: Output;
  readonly stderr: Output;
}): void {
  let isTold = false;
  stderr.on('error', () => {
    // There is nowhere left to say it.
  });
  stdout.on('error', ({ code, message }) => {
    if (isTold) return;
    isTold = true;
    stderr.write(
      `standard output cannot be written (${code ?? message}): the command goes on without it, and a run still writes its report\n`,
    );
  });
}
