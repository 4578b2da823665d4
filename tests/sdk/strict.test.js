'use strict';

// The simulator as it comes: no more than 30 requests a second, and callbacks that @vonage/jwt finds well signed.

const assert = require('node:assert/strict');
const { createHash } = require('node:crypto');
const { once } = require('node:events');
const { createServer } = require('node:http');
const { text } = require('node:stream/consumers');
const { after, before, describe, test } = require('node:test');

const { Auth } = require('@vonage/auth');
const { verifySignature } = require('@vonage/jwt');
const { Verify } = require('@vonage/verify');
const { Verify2 } = require('@vonage/verify2');

const { STRICT_SIMULATOR_URL, application, codeOf, credentials, newNumber, pass } = require('./simulator');

const { CALLBACK_PORT, VONAGE_API_KEY, VONAGE_SIGNATURE_SECRET } = process.env;
const address = { apiHost: STRICT_SIMULATOR_URL };
const verify = new Verify(credentials, address);
const verify2 = new Verify2(new Auth(application), address);

describe('the simulator without throttle flag', () => {
  /** How many calls are answered before one is refused for its haste. */
  async function answered(refused) {
    for (let count = 0; count < 500; count += 1) if (await refused()) return count;
    throw new assert.AssertionError({ message: 'none was refused' });
  }

  test('answers 429 to @vonage/verify2', async () => {
    const hasty = () => verify2.checkCode('unknown', '1234').catch((error) => error.response.status === 429);
    assert.ok((await answered(hasty)) >= 30);
    await pass(1, STRICT_SIMULATOR_URL);
    assert.equal(await hasty(), false);
  });

  test('answers status 1 to @vonage/verify', async () => {
    await pass(1, STRICT_SIMULATOR_URL);
    const hasty = async () => (await verify.check('unknown', '1234')).status === '1';
    assert.ok((await answered(hasty)) >= 30);
    await pass(1, STRICT_SIMULATOR_URL);
    assert.equal(await hasty(), false);
  });
});

describe('callbacks, by @vonage/jwt', () => {
  const server = createServer();
  const received = [];

  before(async () => {
    server.on('request', async (request, response) => {
      received.push({ token: request.headers.authorization.replace('Bearer ', ''), body: await text(request) });
      response.writeHead(204).end();
      server.emit('received');
    });
    await once(server.listen(CALLBACK_PORT, '127.0.0.1'), 'listening');
  });
  after(() => server.close().closeAllConnections());

  /** The next callback, once its signature is found right. */
  async function next() {
    while (received.length === 0) await once(server, 'received', { signal: AbortSignal.timeout(20_000) });
    const { token, body } = received.shift();
    assert.equal(verifySignature(token, VONAGE_SIGNATURE_SECRET), true);
    assert.equal(verifySignature(token, 'another secret'), false);
    const claims = JSON.parse(Buffer.from(token.split('.')[1], 'base64url'));
    assert.equal(claims.payload_hash, createHash('sha256').update(body).digest('hex'));
    assert.equal(claims.api_key, VONAGE_API_KEY);
    return JSON.parse(body);
  }

  test('tell of a right code', async () => {
    const number = newNumber();
    const workflow = [{ channel: 'sms', to: number }];
    const { requestId } = await verify2.newRequest({ brand: 'Acme', clientRef: 'signin8f21', workflow });
    await verify2.checkCode(requestId, await codeOf(number, STRICT_SIMULATOR_URL));

    for (const type of ['event', 'summary']) {
      const callback = await next();
      assert.deepEqual([callback.request_id, callback.type, callback.status], [requestId, type, 'completed']);
      assert.equal(callback.client_ref, 'signin8f21');
    }
  });

  test('tell of a block', async () => {
    const workflow = [{ channel: 'sms', to: '12025550107' }];
    const { requestId } = await verify2.newRequest({ brand: 'Acme', workflow });
    await pass(2, STRICT_SIMULATOR_URL);

    for (const type of ['event', 'summary']) {
      const callback = await next();
      assert.deepEqual([callback.request_id, callback.type, callback.status], [requestId, type, 'blocked']);
    }
  });
});
