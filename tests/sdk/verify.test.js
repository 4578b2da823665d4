'use strict';

// Verify v1 by @vonage/verify, which sends JSON with Basic auth.

const assert = require('node:assert/strict');
const { describe, test } = require('node:test');

const { Verify } = require('@vonage/verify');

const { SIMULATOR_URL, codeOf, credentials, messages, newNumber, pass, wrong } = require('./simulator');

const verify = new Verify(credentials, { apiHost: SIMULATOR_URL });

/** Starts a verification; workflow 6 is one text message. */
async function start(number, workflowId = 6) {
  const answer = await verify.start({ number, brand: 'Acme', codeLength: 6, workflowId, pinExpiry: 300 });
  assert.equal(answer.status, '0', answer.errorText);
  return answer.requestId;
}

describe('@vonage/verify', () => {
  test('a right code is accepted once', async () => {
    const number = newNumber();
    const id = await start(number);
    const code = await codeOf(number);
    assert.equal(code.length, 6);

    const right = await verify.check(id, code);
    assert.deepEqual([right.status, right.requestId, right.currency], ['0', id, 'EUR']);
    assert.equal((await verify.check(id, code)).status, '6');
  });

  test('the third wrong code ends it', async () => {
    const number = newNumber();
    const id = await start(number);
    const code = await codeOf(number);

    const statuses = [];
    for (let tries = 0; tries < 3; tries += 1) statuses.push((await verify.check(id, wrong(code))).status);
    assert.deepEqual(statuses, ['16', '16', '17']);
    assert.equal((await verify.check(id, code)).status, '17');
  });

  test('a code expires', async () => {
    const number = newNumber();
    const id = await start(number);
    const code = await codeOf(number);

    await pass(300);
    assert.equal((await verify.check(id, code)).status, '6');
    assert.equal((await verify.search(id)).status, 'EXPIRED');
  });

  test('a cancel is too early for 30 seconds, and then frees the number', async () => {
    const number = newNumber();
    const id = await start(number);

    const early = await verify.cancel(id);
    assert.equal(early.status, '19');
    assert.match(early.errorText, /within the first 30 seconds/);

    await pass(30);
    const cancelled = await verify.cancel(id);
    assert.deepEqual([cancelled.status, cancelled.command], ['0', 'cancel']);
    assert.equal((await verify.cancel(id)).status, '6');
    await start(number);
  });

  test('a cancel is too late once a second message has gone out', async () => {
    const id = await start(newNumber(), 4);
    await pass(120);

    const late = await verify.cancel(id);
    assert.equal(late.status, '19');
    assert.match(late.errorText, /can't be cancelled now/);
  });

  test('the next event is a call with the same code, until none is left', async () => {
    const number = newNumber();
    const id = await start(number, 5);

    const next = await verify.trigger(id);
    assert.deepEqual([next.status, next.command], ['0', 'trigger_next_event']);
    const [call, text] = await messages(number);
    assert.deepEqual([call.channel, text.channel, call.code], ['voice', 'sms', text.code]);

    const none = await verify.trigger(id);
    assert.equal(none.status, '19');
    assert.match(none.errorText, /No more events/);
  });

  test('a search tells number, tries and events', async () => {
    const number = newNumber();
    const id = await start(number, 5);
    await verify.check(id, '000000');
    await verify.trigger(id);

    const running = await verify.search(id);
    assert.deepEqual([running.status, running.number, running.requestId], ['IN PROGRESS', number, id]);
    assert.deepEqual(running.events.map((event) => event.type), ['sms', 'tts']);
    assert.deepEqual(running.checks.map((check) => [check.code, check.status]), [['000000', 'INVALID']]);
    assert.match(running.dateSubmitted, /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/);

    await verify.check(id, await codeOf(number));
    assert.equal((await verify.search(id)).status, 'SUCCESS');
    assert.equal((await verify.search('0'.repeat(32))).status, '101');
  });

  test('a second start to the same number names the first', async () => {
    const number = newNumber();
    const id = await start(number);

    const second = await verify.start({ number, brand: 'Acme' });
    assert.deepEqual([second.status, second.requestId], ['10', id]);
    assert.equal((await messages(number)).length, 1);
  });

  test('refusals come as statuses', async () => {
    const stranger = new Verify({ ...credentials, apiSecret: 'wrong' }, { apiHost: SIMULATOR_URL });
    assert.equal((await stranger.start({ number: newNumber(), brand: 'Acme' })).status, '4');

    assert.equal((await verify.start({ number: '+44', brand: 'Acme' })).status, '3');
    const blocked = await verify.start({ number: '12025550107', brand: 'Acme' });
    assert.deepEqual([blocked.status, blocked.requestId, blocked.network], ['7', undefined, '310260']);
  });
});
