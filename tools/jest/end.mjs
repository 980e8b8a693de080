// A run of Jest ends soon after its last test, whatever tests have left open, and with whoever started it.

/** Ends this process when its launcher is gone: nobody would read the verdict. */
export function endWithLauncher() {
  if (process.channel === undefined) return;
  process.on('disconnect', () => process.exit(1));
  process.channel.unref();
}

/** Ends this process if something keeps it alive after the last test, says what, and counts it as a failure. */
export function endSoon({ testEnvironmentOptions: { graceMs } }) {
  const late = () => {
    const open = process.getActiveResourcesInfo().join(', ');
    console.error(
      `Jest did not end within ${graceMs} ms of its last test. Still open, and to be closed by its test: ${open}.`,
    );
    process.exit(1);
  };
  setTimeout(late, graceMs).unref();
}
