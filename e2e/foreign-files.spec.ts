/** Files that cannot be used: each gets a sentence with what was expected and found, and the run stays as it is. */
import { readFile } from 'node:fs/promises';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import type { ModelProto } from 'onnx-buf';
import { ModelProtoSchema } from 'onnx-buf';
import { expect, test } from '@playwright/test';
import { dropFile, PlaygroundPage } from './support/playground.ts';

const small = {
  'task.symbols': 3,
  'task.maximumLength': 2,
  'model.slots': 4,
  'model.hiddenSize': 8,
  'model.keySize': 8,
  'model.valueSize': 8,
  'training.batchSize': 8,
};

/** What any other program might have written: y = relu(x). */
const foreign = toBinary(
  ModelProtoSchema,
  create(ModelProtoSchema, {
    irVersion: 10n,
    opsetImport: [{ domain: '', version: 21n }],
    graph: { name: 'relu', node: [{ opType: 'Relu', input: ['x'], output: ['y'] }] },
  }),
);

function metadata(proto: ModelProto, key: string): { value: string } {
  return proto.metadataProps.find((entry) => entry.key === `memory_playground.${key}`)!;
}

const weight = (proto: ModelProto) => proto.graph!.initializer.find(({ name }) => name === 'key.input')!;

const changes: readonly (readonly [RegExp, (proto: ModelProto) => void])[] = [
  [/format version 7; this page reads up to 1/, (proto) => void (metadata(proto, 'format').value = '7')],
  [/opset 13 and IR 10; opset 21 and IR 10 are read/, (proto) => void (proto.opsetImport[0]!.version = 13n)],
  [/opset 21 and IR 4; opset 21 and IR 10 are read/, (proto) => void (proto.irVersion = 4n)],
  [
    /a model called “ntm”, which this page does not know/,
    (proto) => void (metadata(proto, 'model').value = '{"id":"ntm","config":{}}'),
  ],
  [
    /lacks “key\.input” \[5, 8\]/,
    (proto) => {
      proto.graph!.initializer = proto.graph!.initializer.filter((tensor) => tensor !== weight(proto));
    },
  ],
  [
    /“key\.input” should be float \[5, 8\]; the file has .* \[8, 5\]/,
    (proto) => weight(proto).dims.reverse(),
  ],
  [
    /“key\.input” should hold 40 numbers; the file holds 39/,
    (proto) => void (weight(proto).rawData = weight(proto).rawData.slice(4)),
  ],
  [/“key\.input” holds values that are not finite/, (proto) => weight(proto).rawData.fill(0xff)],
  [/optimizer state is not base64/, (proto) => void (metadata(proto, 'optimizer').value = '***')],
];

test('foreign and damaged files get a sentence each and leave the run as it is', async ({ page }) => {
  const playground = new PlaygroundPage(page);
  await playground.open(small);
  await playground.trainSteps(10);
  const before = await playground.savedAt(10);
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByRole('button', { name: /^Export ONNX step/ }).click();
  const ours = new Uint8Array(await readFile(await (await download).path()));
  await expect(page.getByTestId('proof')).toBeVisible({ timeout: 60_000 });
  await page.keyboard.press('Escape');

  const refused = async (bytes: Uint8Array, sentence: RegExp): Promise<void> => {
    await dropFile(page, { name: 'model.onnx', buffer: Buffer.from(bytes) });
    const alert = page.getByRole('alert');
    await expect(alert).toContainText(sentence);
    await expect(alert).toContainText('Your run is as it was.');
    await page.getByRole('button', { name: 'Dismiss this message' }).click();
    await expect(alert).toBeHidden();
  };
  await refused(foreign, /was not exported by Memory Playground/);
  await refused(ours.subarray(0, ours.length / 2), /cannot be decoded as protobuf/);
  for (const [sentence, change] of changes) {
    const proto = fromBinary(ModelProtoSchema, ours.slice()); // decoded tensors are views of the file
    change(proto);
    await refused(toBinary(ModelProtoSchema, proto), sentence);
  }
  expect((await playground.saved())?.weights).toEqual(before.weights);
  expect(await playground.step()).toBe(10);

  // The unchanged file still opens, pasted this time.
  await page.evaluate((base64) => {
    const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
    const clipboardData = new DataTransfer();
    clipboardData.items.add(new File([bytes], 'model.onnx'));
    document.body.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true }));
  }, Buffer.from(ours).toString('base64'));
  await expect(page.getByText('“model.onnx” is open at step 10.')).toBeVisible();
  expect(playground.problems).toEqual([]);
});
