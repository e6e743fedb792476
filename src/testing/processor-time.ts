/** Milliseconds of processor time that `work` takes: unlike the clock on the wall, it does not run while others compute. */
export function processorTime(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}
