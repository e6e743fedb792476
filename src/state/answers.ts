/** Waiting for what the worker says: the answer to a command, or the next message of a kind. */
import type { TrainingClient } from '../worker/client.ts';
import type { Command, FromWorker } from '../worker/protocol.ts';

/** The first message that `pick` makes something of. */
export function nextMessage<T>(
  client: TrainingClient,
  pick: (message: FromWorker) => T | undefined,
): { readonly value: Promise<T>; stop(): void } {
  let stop = (): void => {};
  const value = new Promise<T>((resolve) => {
    stop = client.subscribe((message) => {
      const picked = pick(message);
      if (picked === undefined) return;
      stop();
      resolve(picked);
    });
  });
  return { value, stop: () => stop() };
}

/** Sends a command and gives the event that comes before its answer. @throws PlaygroundError when it was refused */
export async function answerOf<Type extends FromWorker['type']>(
  client: TrainingClient,
  command: Command,
  type: Type,
): Promise<Extract<FromWorker, { type: Type }>> {
  const heard: Extract<FromWorker, { type: Type }>[] = [];
  const isAnswer = (message: FromWorker): message is Extract<FromWorker, { type: Type }> =>
    message.type === type;
  const stop = client.subscribe((message) => {
    if (isAnswer(message)) heard.push(message);
  });
  try {
    await client.send(command);
  } finally {
    stop();
  }
  const answer = heard.at(-1);
  if (!answer) throw new Error(`the worker did not answer ${command.type}`);
  return answer;
}
