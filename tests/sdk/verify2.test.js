'use strict';

// Verify v2 by @vonage/verify2 with @vonage/auth, which sends a JSON web token.

const assert = require('node:assert/strict');
const { describe, test } = require('node:test');

const { Auth } = require('@vonage/auth');
const { Verify2 } = require('@vonage/verify2');

const { SIMULATOR_URL, application, codeOf, messages, newNumber, pass, wrong } = require('./simulator');

const verify = new Verify2(new Auth(application), { apiHost: SIMULATOR_URL });

const sms = (to) => ({ channel: 'sms', to });
const voice = (to) => ({ channel: 'voice', to });

async function start(...workflow) {
  const { requestId } = await verify.newRequest({ brand: 'Acme', codeLength: 6, channelTimeout: 60, workflow });
  assert.match(requestId, /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  return requestId;
}

/** The status and body that the client's error carries. */
async function refusal(call) {
  try {
    await call;
  } catch (error) {
    return { status: error.response.status, ...(await error.response.json()) };
  }
  throw new assert.AssertionError({ message: 'it was not refused' });
}

describe('@vonage/verify2', () => {
  test('a right code is accepted once', async () => {
    const number = newNumber();
    const id = await start(sms(number));
    const code = await codeOf(number);
    assert.equal(code.length, 6);

    assert.equal(await verify.checkCode(id, code), 'completed');
    assert.equal((await refusal(verify.checkCode(id, code))).status, 404);
  });

  test('the third wrong code ends it', async () => {
    const number = newNumber();
    const id = await start(sms(number));
    const code = await codeOf(number);

    for (const status of [400, 400, 410]) {
      const refused = await refusal(verify.checkCode(id, wrong(code)));
      assert.deepEqual([refused.status, refused.title], [status, 'Invalid Code']);
    }
    assert.equal((await refusal(verify.checkCode(id, code))).status, 410);
  });

  test('a code expires', async () => {
    const number = newNumber();
    const id = await start(sms(number));
    const code = await codeOf(number);

    await pass(60);
    assert.equal((await refusal(verify.checkCode(id, code))).status, 404);
  });

  test('a cancel is too early for 30 seconds, and then frees the number', async () => {
    const number = newNumber();
    const id = await start(sms(number));
    assert.equal(await verify.cancel(id), false);

    await pass(30);
    assert.equal(await verify.cancel(id), true);
    assert.equal(await verify.cancel(id), false);
    await start(sms(number));
  });

  test('a cancel is too late once a second message has gone out', async () => {
    const number = newNumber();
    const id = await start(sms(number), voice(number));
    await pass(60);
    assert.equal(await verify.cancel(id), false);
  });

  test('the next step is a call, until none is left', async () => {
    const number = newNumber();
    const id = await start(sms(number), { ...voice(number), reuseCode: true });

    assert.equal(await verify.nextWorkflow(id), true);
    const [call, text] = await messages(number);
    assert.deepEqual([call.channel, text.channel, call.code], ['voice', 'sms', text.code]);

    assert.equal(await verify.nextWorkflow(id), false);
    assert.equal(await verify.checkCode(id, call.code), 'completed');
  });

  test('a second start to the same number is a conflict that names the first', async () => {
    const number = newNumber();
    const id = await start(sms(number));

    const refused = await refusal(verify.newRequest({ brand: 'Acme', workflow: [sms(number)] }));
    assert.deepEqual([refused.status, refused.title, refused.request_id], [409, 'Conflict', id]);
    assert.equal((await messages(number)).length, 1);
  });

  test('every field of a start is taken', async () => {
    const number = newNumber();
    const { requestId } = await verify.newRequest({
      brand: 'Acme',
      locale: 'en-gb',
      channelTimeout: 300,
      clientRef: 'signin8f21',
      codeLength: 8,
      code: 'Ab3d5F7h',
      fraudCheck: true,
      workflow: [
        { channel: 'sms', to: number, from: 'Acme', entityId: '1234', contentId: '5678', appHash: 'ABC123abc45' },
        { channel: 'whatsapp', to: number, from: newNumber(), mode: 'otp_code' },
        { channel: 'email', to: 'ann@example.org', from: 'codes@example.org' },
      ],
    });
    assert.equal(await codeOf(number), 'Ab3d5F7h');
    assert.equal(await verify.checkCode(requestId, 'Ab3d5F7h'), 'completed');
  });

  test('a silent check has an address of its own and takes no code', async () => {
    const number = newNumber();
    const workflow = [{ channel: 'silent_auth', to: number, coverageCheck: false }, sms(number)];
    const { requestId, checkUrl } = await verify.newRequest({ brand: 'Acme', workflow });

    assert.ok(checkUrl.endsWith(requestId));
    assert.equal((await refusal(verify.checkCode(requestId, '1234'))).status, 409);
    assert.equal(await verify.nextWorkflow(requestId), true);
    assert.equal(await verify.checkCode(requestId, await codeOf(number)), 'completed');
  });

  test('wrong fields are named', async () => {
    const workflow = [{ channel: 'sms', to: '+447700900123' }, { channel: 'pigeon', to: '1' }];
    const refused = await refusal(verify.newRequest({ brand: '', codeLength: 11, workflow }));

    assert.equal(refused.status, 422);
    const names = refused.invalid_parameters.map((parameter) => parameter.name);
    assert.deepEqual(names.sort(), ['brand', 'code_length', 'workflow[0].to', 'workflow[1].channel']);
  });

  test('an expired token is refused, and says so', async () => {
    const auth = new Auth({ ...application, jwtOptions: { ttl: -10 } });
    const late = new Verify2(auth, { apiHost: SIMULATOR_URL });

    const refused = await refusal(late.newRequest({ brand: 'Acme', workflow: [sms(newNumber())] }));
    assert.equal(refused.status, 401);
    assert.match(refused.type, /#jwt-expired$/);
  });
});
