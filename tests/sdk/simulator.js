'use strict';

// What the tests need besides the client that they try: the simulator's messages and its clock.
//
// All tests share one simulator and its clock. So each takes a number of its own, and only one file runs at a time.

const { randomInt } = require('node:crypto');

const { SIMULATOR_URL, STRICT_SIMULATOR_URL, VONAGE_API_KEY, VONAGE_API_SECRET, VONAGE_PRIVATE_KEY } = process.env;

const credentials = { apiKey: VONAGE_API_KEY, apiSecret: VONAGE_API_SECRET };
const application = { applicationId: '0f9c2d5e-1111-4222-8333-444455556666', privateKey: VONAGE_PRIVATE_KEY };

/** A British mobile number that no other test has, in digits. */
const newNumber = () => `4474${randomInt(1e8).toString().padStart(8, '0')}`;

/** All that has arrived at a number, newest first. */
async function messages(number, simulator = SIMULATOR_URL) {
  const response = await fetch(`${simulator}/messages?to=${number}`);
  return response.json();
}

/** The newest code that has arrived at a number. */
const codeOf = async (number, simulator) => (await messages(number, simulator))[0].code;

/** A code of the same length that is not the right one. */
const wrong = (code) => (code.startsWith('1') ? '2' : '1') + code.slice(1);

/** Lets time pass for the simulator. */
async function pass(seconds, simulator = SIMULATOR_URL) {
  const body = new URLSearchParams({ advance_s: seconds });
  const response = await fetch(`${simulator}/clock`, { method: 'POST', body });
  if (response.status !== 204) throw new Error(`the clock answers ${response.status}`);
}

module.exports = {
  SIMULATOR_URL, STRICT_SIMULATOR_URL, application, codeOf, credentials, messages, newNumber, pass, wrong,
};
