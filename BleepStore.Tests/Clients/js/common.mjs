// What the steps of both JavaScript clients share: the surroundings set by the test, and small assertions.
import { strict as assert } from 'node:assert';
import { readdirSync } from 'node:fs';
import path from 'node:path';

export const { ENDPOINT, BUCKET, TREE, BIG } = process.env;
export const credentials = { accessKeyId: process.env.AWS_ACCESS_KEY_ID, secretAccessKey: process.env.AWS_SECRET_ACCESS_KEY };
export const MIB = 1024 * 1024;

/** Names of all files below a directory, relative to it. */
export function filesBelow(directory) {
  return readdirSync(directory, { withFileTypes: true }).flatMap(entry =>
    entry.isDirectory()
      ? filesBelow(path.join(directory, entry.name)).map(name => `${entry.name}/${name}`)
      : [entry.name]);
}

/** Reads a stream to its end. */
export async function collect(stream) {
  const chunks = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks.map(chunk => Buffer.from(chunk)));
}

/** The promise fails with an error of this code (or name, for answers without a body). */
export async function refused(code, promise) {
  try {
    await promise;
  } catch (error) {
    const actual = error.Code ?? error.code ?? error.name;
    assert.ok([error.Code, error.code, error.name].includes(code), `expected ${code}, got ${actual}: ${error.message}`);
    return;
  }
  assert.fail(`succeeded, expected ${code}`);
}

/** Runs the step named on the command line; one that throws ends the process with its stack. */
export async function runStep(steps) {
  const step = steps[process.argv[2]];
  assert.ok(step, `no step ${process.argv[2]}`);
  await step();
}
