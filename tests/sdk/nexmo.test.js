'use strict';

// Verify v1 by nexmo, the client of the tutorial, which sends all as a GET with key and secret in the address.

const assert = require('node:assert/strict');
const { describe, test } = require('node:test');

const Nexmo = require('nexmo');

const { SIMULATOR_URL, codeOf, credentials, messages, newNumber, pass, wrong } = require('./simulator');

const { hostname, port } = new URL(SIMULATOR_URL);
const address = { apiHost: hostname, port: Number(port) };
const nexmo = new Nexmo(credentials, address);

/** Calls the client, which tells by callback. */
const call = (method, input, client = nexmo) =>
  new Promise((resolve, reject) => {
    client.verify[method](input, (error, answer) => (error ? reject(error) : resolve(answer)));
  });

const check = (id, code) => call('check', { request_id: id, code });
const control = (id, cmd) => call('control', { request_id: id, cmd });

async function start(number, workflow = 6) {
  const answer = await call('request', { number, brand: 'Acme & Co', code_length: 6, workflow_id: workflow });
  assert.equal(answer.status, '0', answer.error_text);
  return answer.request_id;
}

describe('nexmo', () => {
  test('the tutorial: request, check', async () => {
    const number = newNumber();
    const { request_id: id } = await call('request', { number, brand: 'Acme & Co' });
    const [message] = await messages(number);
    assert.equal(message.code.length, 4);
    assert.match(message.text, /your Acme & Co code/);

    assert.equal((await check(id, message.code)).status, '0');
    assert.equal((await check(id, message.code)).status, '6');
  });

  test('the third wrong code ends it', async () => {
    const number = newNumber();
    const id = await start(number);
    const code = await codeOf(number);

    const statuses = [];
    for (let tries = 0; tries < 3; tries += 1) statuses.push((await check(id, wrong(code))).status);
    assert.deepEqual(statuses, ['16', '16', '17']);
    assert.equal((await check(id, code)).status, '17');
  });

  test('a cancel is too early for 30 seconds, and then frees the number', async () => {
    const number = newNumber();
    const id = await start(number);
    const early = await control(id, 'cancel');
    assert.equal(early.status, '19');
    assert.match(early.error_text, /within the first 30 seconds/);

    await pass(30);
    assert.deepEqual(await control(id, 'cancel'), { status: '0', command: 'cancel' });
    await start(number);
  });

  test('the next event is a call, until none is left', async () => {
    const number = newNumber();
    const id = await start(number, 5);

    assert.deepEqual(await control(id, 'trigger_next_event'), { status: '0', command: 'trigger_next_event' });
    assert.deepEqual((await messages(number)).map((message) => message.channel), ['voice', 'sms']);
    assert.match((await control(id, 'trigger_next_event')).error_text, /No more events/);
  });

  test('a search takes one id or several', async () => {
    const ids = [await start(newNumber()), await start(newNumber())];
    await pass(30);
    await control(ids[1], 'cancel');

    const one = await call('search', ids[0]);
    assert.deepEqual([one.request_id, one.status], [ids[0], 'IN PROGRESS']);
    assert.equal((await call('search', [ids[0]])).request_id, ids[0]);
    const both = (await call('search', ids)).verification_requests;
    assert.deepEqual(both.map((found) => [found.request_id, found.status]), [
      [ids[0], 'IN PROGRESS'],
      [ids[1], 'CANCELLED'],
    ]);
    assert.equal((await call('search', 'unknown')).status, '101');
  });

  test('a second start to the same number names the first', async () => {
    const number = newNumber();
    const id = await start(number);

    const second = await call('request', { number, brand: 'Acme' });
    assert.deepEqual([second.status, second.request_id], ['10', id]);
  });

  test('a wrong secret is status 4', async () => {
    const stranger = new Nexmo({ ...credentials, apiSecret: 'wrong' }, address);
    assert.equal((await call('request', { number: newNumber(), brand: 'Acme' }, stranger)).status, '4');
  });
});
