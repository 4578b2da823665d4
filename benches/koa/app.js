// The app of the Koa tutorial as one would write it today: three pages, three calls to Verify, and nothing is kept.
//
// It knows no failure, as the tutorial does: a code is right or something went wrong.

import 'dotenv/config';
import { join } from 'node:path';

import { bodyParser } from '@koa/bodyparser';
import Router from '@koa/router';
import Koa from 'koa';
import serve from 'koa-static';
import nunjucks from 'nunjucks';
import { request } from 'undici';

const { NEXMO_API_KEY, NEXMO_API_SECRET, NEXMO_BRAND_NAME = 'Koa', HOST, PORT = 3000 } = process.env;
const { VERIFY_BASE_URL = 'https://api.nexmo.com' } = process.env;

const headers = {
  authorization: `Basic ${Buffer.from(`${NEXMO_API_KEY}:${NEXMO_API_SECRET}`).toString('base64')}`,
  'content-type': 'application/json',
};

async function call(path, parameters) {
  const answer = await request(VERIFY_BASE_URL + path, { method: 'POST', headers, body: JSON.stringify(parameters) });
  return answer.body.json();
}

const views = new nunjucks.Environment(new nunjucks.FileSystemLoader(join(import.meta.dirname, 'views')));

const app = new Koa();
app.context.render = function render(view, values) {
  this.type = 'html';
  this.body = views.render(`${view}.html`, values);
};

const router = new Router();

router.get('/', (ctx) => ctx.render('index'));

router.post('/verify', async (ctx) => {
  const { phone } = ctx.request.body;
  const { request_id } = await call('/verify/json', { number: phone.replace(/^\+/, ''), brand: NEXMO_BRAND_NAME });
  ctx.render('verify', { request_id });
});

router.post('/check', async (ctx) => {
  const { request_id, pin } = ctx.request.body;
  const { status } = await call('/verify/check/json', { request_id, code: pin });
  ctx.render('result', { verified: status === '0' });
});

router.post('/cancel', async (ctx) => {
  const { request_id } = ctx.request.body;
  await call('/verify/control/json', { request_id, cmd: 'cancel' });
  ctx.redirect('/');
});

app.use(serve(join(import.meta.dirname, 'public')));
app.use(bodyParser());
app.use(router.routes());
app.use(router.allowedMethods());
app.listen(PORT, HOST);
