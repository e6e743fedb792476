/**
 * A worker's entry that only hands over to a module of its own: a bundler lets others import from what an entry is bundled
 * with, and WebKit then runs the entry a second time, with a second state. Messages that come early wait.
 */
export async function handOver<Message>(
  load: () => Promise<{ readonly receive: (message: Message) => void }>,
): Promise<void> {
  const early: Message[] = [];
  globalThis.onmessage = ({ data }: MessageEvent<Message>) => early.push(data);
  const { receive } = await load();
  globalThis.onmessage = ({ data }: MessageEvent<Message>) => receive(data);
  for (const message of early) receive(message);
}
