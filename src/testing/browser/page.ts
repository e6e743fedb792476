/** The test page: hands calls to the worker and is found by a browser driver as `testPage`. */
import type { Answer, Call, TestPage } from './protocol.ts';

const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
const waiting = new Map<number, { resolve: (result: unknown) => void; reject: (error: Error) => void }>();

worker.onmessage = ({ data }: MessageEvent<Answer>) => {
  const caller = waiting.get(data.id);
  waiting.delete(data.id);
  if ('result' in data) caller?.resolve(data.result);
  else caller?.reject(new Error(data.failure));
};
worker.onerror = (event) => {
  for (const { reject } of waiting.values()) reject(new Error(`the worker failed: ${event.message}`));
  waiting.clear();
};

let calls = 0;

function call(name: Call['name'], argument: Call['argument']): Promise<unknown> {
  const id = ++calls;
  const answered = new Promise((resolve, reject) => waiting.set(id, { resolve, reject }));
  worker.postMessage({ id, name, argument });
  return answered;
}

const testPage: TestPage = {
  executors: () => call('executors', undefined) as ReturnType<TestPage['executors']>,
  replay: (request) => call('replay', request) as ReturnType<TestPage['replay']>,
  choose: (file) => call('choose', file) as ReturnType<TestPage['choose']>,
  train: (request) => call('train', request) as ReturnType<TestPage['train']>,
  spoilDevice: (request) => call('spoilDevice', request) as ReturnType<TestPage['spoilDevice']>,
  ops: (executor) => call('ops', executor) as ReturnType<TestPage['ops']>,
};

Object.assign(globalThis, { testPage });
