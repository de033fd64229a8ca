// The steps of the MinIO client for JavaScript: signed streaming payloads, parts of its own and server-side composition.
import { strict as assert } from 'node:assert';
import { createReadStream, createWriteStream, mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { Client, CopyDestinationOptions, CopySourceOptions } from 'minio';
import { BIG, BUCKET, ENDPOINT, MIB, TREE, collect, credentials, filesBelow, refused, runStep } from './common.mjs';

const endpoint = new URL(ENDPOINT);
const client = new Client({
  endPoint: endpoint.hostname,
  port: Number(endpoint.port),
  useSSL: endpoint.protocol === 'https:',
  accessKey: credentials.accessKeyId,
  secretKey: credentials.secretAccessKey,
  region: 'us-east-1',
  pathStyle: true,
  partSize: 5 * MIB,
});
const read = async (key) => collect(await client.getObject(BUCKET, key));

await runStep({
  async bucket() {
    assert.equal(await client.bucketExists(BUCKET), false);
    await client.makeBucket(BUCKET, 'us-east-1');
    assert.equal(await client.bucketExists(BUCKET), true);
    assert.ok((await client.listBuckets()).some(bucket => bucket.name === BUCKET));
  },

  async tree() {
    for (const name of filesBelow(TREE)) {
      await client.fPutObject(BUCKET, `tree/${name}`, `${TREE}/${name}`, {});
      // fGetObject appends to the name, and the longest names have no room for that.
      mkdirSync(path.dirname(path.join('down', name)), { recursive: true });
      await pipeline(await client.getObject(BUCKET, `tree/${name}`), createWriteStream(path.join('down', name)));
    }
  },

  async list() {
    const keys = (await collectObjects(client.listObjectsV2(BUCKET, 'tree/', true))).map(object => object.name);
    assert.deepEqual(keys.sort(), filesBelow(TREE).map(name => `tree/${name}`).sort());
    const prefixes = (await collectObjects(client.listObjects(BUCKET, 'tree/', false))).map(object => object.prefix);
    assert.ok(prefixes.includes('tree/directory with space/'));
    assert.equal((await client.statObject(BUCKET, 'tree/empty')).size, 0);
    await client.fGetObject(BUCKET, 'tree/plus+plus.txt', 'by file');
    assert.deepEqual(readFileSync('by file'), readFileSync(`${TREE}/plus+plus.txt`));
    const range = await collect(await client.getPartialObject(BUCKET, 'tree/big file of 12 MiB.bin', 6 * MIB, 1000));
    assert.deepEqual(range, readFileSync(BIG).subarray(6 * MIB, 6 * MIB + 1000));
    await refused('NoSuchKey', client.getObject(BUCKET, 'absent'));
  },

  async multipart() {
    await client.putObject(BUCKET, 'big', createReadStream(BIG), undefined, { 'Content-Type': 'text/x-big', 'X-Amz-Meta-Colour': 'blue' });
    const stat = await client.statObject(BUCKET, 'big');
    assert.match(stat.etag, /-3$/);
    assert.equal(stat.metaData['content-type'], 'text/x-big');
    assert.equal(stat.metaData.colour, 'blue');
    assert.deepEqual(await read('big'), readFileSync(BIG));
    const sources = ['big', 'tree/plain.txt'].map(Object => new CopySourceOptions({ Bucket: BUCKET, Object }));
    await client.composeObject(new CopyDestinationOptions({ Bucket: BUCKET, Object: 'composed' }), sources);
    assert.deepEqual(await read('composed'), Buffer.concat([readFileSync(BIG), readFileSync(`${TREE}/plain.txt`)]));
    assert.deepEqual(await collectObjects(client.listIncompleteUploads(BUCKET, '', true)), []);
  },

  async copy() {
    await client.copyObject(BUCKET, 'copy ü', `/${BUCKET}/tree/plus+plus.txt`);
    assert.deepEqual(await read('copy ü'), readFileSync(`${TREE}/plus+plus.txt`));
    await client.setObjectTagging(BUCKET, 'copy ü', { stage: 'raw' });
    assert.deepEqual(await client.getObjectTagging(BUCKET, 'copy ü'), [{ Key: 'stage', Value: 'raw' }]);
    await client.removeObjectTagging(BUCKET, 'copy ü');
  },

  async presigned() {
    const put = await client.presignedPutObject(BUCKET, 'pre signed+ü', 60);
    assert.equal((await fetch(put, { method: 'PUT', body: 'by link' })).status, 200);
    const get = await client.presignedGetObject(BUCKET, 'pre signed+ü', 60);
    assert.equal(await (await fetch(get)).text(), 'by link');
    assert.equal((await fetch(get, { method: 'DELETE' })).status, 403);
  },

  async remove() {
    await refused('BucketNotEmpty', client.removeBucket(BUCKET));
    const keys = (await collectObjects(client.listObjectsV2(BUCKET, '', true))).map(object => object.name);
    await client.removeObjects(BUCKET, keys);
    await client.removeBucket(BUCKET);
    assert.equal(await client.bucketExists(BUCKET), false);
  },
});

async function collectObjects(stream) {
  const objects = [];
  for await (const object of stream) objects.push(object);
  return objects;
}
